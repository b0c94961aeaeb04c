using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

public sealed class CommandStampTests
{
    private const string Stamp = "canarycontroller.io/stamp";
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];
    private static readonly DateTimeOffset Now = AdmissionBed.Now;

    [Theory]
    [InlineData("promote-1", null)]
    [InlineData(null, "promote-")]
    public async Task A_command_that_is_created_over_HTTPS_counts_from_whom_the_API_server_says(string? name, string? generateName)
    {
        await using var bed = await new AdmissionBed([Hook()]).StartAsync();
        var sent = Command("Promote", name, generateName);
        var answer = await bed.ReviewAsync("/admission/commands", Reviews.Of("RolloutCommand", sent));
        Assert.True((bool)answer["allowed"]!);
        var stored = Stored(Apply(sent, Encoding.UTF8.GetString(Convert.FromBase64String((string)answer["patch"]!))));
        Assert.Equal("alice", Counts(stored));
    }

    [Fact]
    public void A_stamp_that_a_client_sends_is_overwritten()
    {
        var forged = Stamped("Promote", user: "mallory");
        forged["metadata"]!["annotations"]![Stamp] = """{"user":"alice","uid":"","groups":[],"time":"2026-06-01T12:00:00Z","id":"1","code":"AAAA"}""";
        Assert.Equal("mallory", Counts(Stored(Created(forged, "mallory"))));
        Assert.Equal("mallory", Counts(Stored(Created(Stamped("Promote", user: "alice"), "mallory"))));
    }

    [Fact]
    public void An_update_keeps_the_stamp_as_it_is_stored()
    {
        var stored = Stamped("Promote");
        var without = stored.DeepClone().AsObject();
        without["metadata"]!.AsObject().Remove("annotations");
        var other = Stamped("Promote", user: "bob");
        foreach (var changed in new[] { without, other })
        {
            var patched = Apply(changed, Patch(Hook().Decide(Reviews.Request(Reviews.Of("RolloutCommand", changed, stored, operation: "UPDATE"))))!);
            Assert.Equal((string)stored["metadata"]!["annotations"]![Stamp]!, (string?)patched["metadata"]!["annotations"]![Stamp]);
        }

        Assert.Same(AdmissionAnswer.Unchanged, Hook().Decide(Reviews.Request(Reviews.Of("RolloutCommand", stored, stored, operation: "UPDATE"))));
        var added = Apply(stored, Patch(Hook().Decide(Reviews.Request(Reviews.Of("RolloutCommand", stored, without, operation: "UPDATE"))))!);
        Assert.Null(added["metadata"]!["annotations"]![Stamp]);
    }

    [Fact]
    public void A_stamp_is_worth_nothing_on_another_command()
    {
        Refuses(item => item["metadata"]!["name"] = "promote-2");
        Refuses(item => item["metadata"]!["namespace"] = "cart");
        Refuses(item => item["spec"]!["rollout"] = "other");
        Refuses(item => item["spec"]!["action"] = "Skip");
        Refuses(item => item["spec"]!["reason"] = "another");
        RefusesStamp(stamp => stamp["user"] = "root");
        RefusesStamp(stamp => stamp["uid"] = "id-root");
        RefusesStamp(stamp => stamp["groups"] = new JsonArray("system:masters"));
        RefusesStamp(stamp => stamp["time"] = "2026-06-01T12:00:01Z");
        RefusesStamp(stamp => stamp["code"] = Convert.ToBase64String(new byte[32]));
        RefusesStamp(stamp => stamp["code"] = "");
        RefusesStamp(stamp => stamp["code"] = new string('A', 10_000));
        Assert.IsType<CommandStanding.Refused>(Judge(Stored(Stamped("Promote")), key: [.. Key.Reverse()]));

        void Refuses(Action<JsonObject> change)
        {
            var item = Stamped("Promote");
            change(item);
            Assert.IsType<CommandStanding.Refused>(Judge(Stored(item)));
        }

        void RefusesStamp(Action<JsonObject> change) => Refuses(item =>
        {
            var stamp = JsonNode.Parse((string)item["metadata"]!["annotations"]![Stamp]!)!.AsObject();
            change(stamp);
            item["metadata"]!["annotations"]![Stamp] = stamp.ToJsonString();
        });
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("pause")]
    public void A_stamp_counts_for_nothing_where_the_label_says_that_no_webhook_had_to_be_asked(string label)
    {
        var forged = Stamped("Approve");
        forged["metadata"]!["labels"] = new JsonObject { ["canarycontroller.io/action"] = label };
        Assert.Contains("says another action", Assert.IsType<CommandStanding.Refused>(Judge(Stored(forged))).Why, StringComparison.Ordinal);
        Assert.IsType<AdmissionAnswer.Denied>(Hook().Decide(Reviews.Request(Reviews.Of("RolloutCommand", forged))));

        var relabelled = forged.DeepClone().AsObject();
        relabelled["metadata"]!["labels"]!["canarycontroller.io/action"] = "approve";
        var updated = Apply(relabelled, Patch(Hook().Decide(Reviews.Request(Reviews.Of("RolloutCommand", relabelled, forged, operation: "UPDATE"))))!);
        Assert.Null(updated["metadata"]!["annotations"]![Stamp]);
    }

    [Fact]
    public void A_stamp_that_was_made_for_another_spec_does_not_wait_on_a_command_until_the_spec_is_that_one()
    {
        var approve = Stamped("Approve");
        var paused = approve.DeepClone().AsObject();
        paused["spec"]!["action"] = "Pause";
        var updated = Apply(approve, Patch(Hook().Decide(Reviews.Request(Reviews.Of("RolloutCommand", approve, paused, operation: "UPDATE"))))!);
        Assert.Null(updated["metadata"]!["annotations"]![Stamp]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"user":"\\ud800","uid":"","groups":[],"time":"2026-06-01T12:00:00Z","id":"1","code":"AAAA"}""")]
    [InlineData("""{"user":"a","uid":"","groups":[null],"time":"2026-06-01T12:00:00Z","id":"1","code":"AAAA"}""")]
    [InlineData("""{"user":"a","uid":"","groups":[],"time":"99999-06-01T12:00:00Z","id":"1","code":"AAAA"}""")]
    public void What_is_no_stamp_is_read_as_none_or_does_not_count(string stamp)
    {
        var item = Command("Promote", "promote-1", null);
        item["metadata"]!["annotations"] = new JsonObject { [Stamp] = stamp };
        Assert.IsType<CommandStanding.Refused>(Judge(Stored(item)));
    }

    [Fact]
    public void A_stamp_for_a_generated_name_counts_once_and_at_its_time_only()
    {
        var item = Created(Command("Promote", null, "promote-"), "alice");
        var first = Stored(item, "promote-a");
        var copy = Stored(item, "promote-b", uid: "u2", createdAt: Now.AddSeconds(1));
        Assert.Equal("alice", Counts(first, [first, copy]));
        Assert.IsType<CommandStanding.Refused>(Judge(copy, [first, copy]));
        Assert.IsType<CommandStanding.Refused>(Judge(Stored(item, "promote-b", createdAt: Now.AddMinutes(6))));
        Assert.IsType<CommandStanding.Refused>(Judge(Stored(item, "other-a")));
    }

    [Fact]
    public void Without_a_stamp_only_what_lowers_traffic_counts()
    {
        foreach (var action in Enum.GetValues<RolloutAction>())
        {
            var command = Stored(Command(action.ToString(), "c", null));
            var lowers = action is RolloutAction.Abort or RolloutAction.Pause or RolloutAction.Reject;
            Assert.Equal(lowers, Judge(command) is CommandStanding.Counts { Command.Actor: "unknown" });
            var without = new CommandTrust(default(Func<byte[]?>)).Judge(command, []);
            Assert.Equal(action is not (RolloutAction.Approve or RolloutAction.BreakGlass), without is CommandStanding.Counts { Command.Actor: "unknown" });
        }
    }

    [Fact]
    public void What_is_stamped_waits_for_the_key_but_an_abort_does_not()
    {
        Assert.Same(CommandStanding.Undecided, new CommandTrust(() => null).Judge(Stored(Stamped("Approve")), []));
        Assert.IsType<CommandStanding.Counts>(new CommandTrust(() => null).Judge(Stored(Stamped("Abort")), []));
        Assert.Throws<CannotDecideException>(() => new CommandsHook(() => null, new FakeTimeProvider(Now)).Decide(Reviews.Request(Reviews.Of("RolloutCommand", Command("Abort", "a", null)))));
    }

    [Fact]
    public void A_key_that_goes_away_while_a_stamp_is_judged_lets_nobody_forge_one()
    {
        var forged = Command("Promote", "promote-1", null);
        using var document = JsonDocument.Parse(forged.ToJsonString());
        var subject = new StampSubject("RolloutCommand", "shop", "promote-1", false, StampSubject.HashOf(document.RootElement));
        forged["metadata"]!["annotations"] = new JsonObject { [Stamp] = CommandStamp.Make([], new("root", "", []), Now, "1", subject).Write() };
        var asked = 0;
        Assert.IsType<CommandStanding.Refused>(new CommandTrust(() => asked++ == 0 ? Key : null).Judge(Stored(forged), []));
    }

    [Fact]
    public void What_is_no_command_is_denied_with_all_that_is_wrong_even_without_a_key()
    {
        var item = Command("Promote", "p", null);
        item["spec"] = new JsonObject { ["rollout"] = "", ["action"] = "Promote", ["expectedTarget"] = "v1", ["step"] = 99 };
        var denied = Assert.IsType<AdmissionAnswer.Denied>(new CommandsHook(() => null, new FakeTimeProvider(Now)).Decide(Reviews.Request(Reviews.Of("RolloutCommand", item))));
        Assert.Equal(["spec.expectedTarget", "spec.rollout", "spec.step"], denied.Problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Long_names_stay_different_and_on_one_line()
    {
        var one = Counts(Stored(Stamped("Promote", user: new string('a', 300) + "1")));
        var other = Counts(Stored(Stamped("Promote", user: new string('a', 300) + "2")));
        Assert.NotEqual(one, other);
        Assert.InRange(one.Length, 100, 200);
        Assert.DoesNotContain('\n', Counts(Stored(Stamped("Promote", user: "alice\nbob"))));
        Assert.NotEqual("alicebob", Counts(Stored(Stamped("Promote", user: "alice\nbob"))));
    }

    [Fact]
    public void An_approval_counts_from_whom_the_API_server_says_with_the_groups_and_never_without_a_stamp()
    {
        foreach (var decision in (string[])["Approve", "Reject"])
        {
            var sent = Approval(decision);
            var counts = Assert.IsType<CommandStanding.Counts>(Judge(StoredApproval(Created(sent, "alice"))));
            Assert.Equal(("alice", "v2", 1, "alice", ApproverSource.Kubernetes), (counts.Command.Actor, counts.Command.Revision, counts.Command.StepIndex, counts.Command.Identity!.Name, counts.Command.Identity.Source));
            Assert.NotEmpty(counts.Command.Identity.Groups);
            Assert.IsType<CommandStanding.Refused>(Judge(StoredApproval(sent)));
            Assert.IsType<CommandStanding.Refused>(new CommandTrust(default(Func<byte[]?>)).Judge(StoredApproval(sent), []));
            Assert.Same(CommandStanding.Undecided, new CommandTrust(() => null).Judge(StoredApproval(Created(sent, "alice")), []));
        }
    }

    [Fact]
    public void A_stamp_of_a_command_is_worth_nothing_on_an_approval()
    {
        var command = Created(Command("Approve", "a1", null), "alice");
        var forged = Approval("Approve");
        forged["metadata"]!["annotations"] = command["metadata"]!["annotations"]!.DeepClone();
        Assert.IsType<CommandStanding.Refused>(Judge(StoredApproval(forged)));
        var other = Created(Approval("Approve"), "alice");
        other["spec"]!["revision"] = "v3";
        Assert.IsType<CommandStanding.Refused>(Judge(StoredApproval(other)));
    }

    [Fact]
    public void An_approval_without_revision_and_step_is_denied_and_while_the_key_is_not_known_none_is_let_in()
    {
        var item = Approval("Approve");
        item["spec"] = new JsonObject { ["rollout"] = "web" };
        var denied = Assert.IsType<AdmissionAnswer.Denied>(Hook().Decide(Reviews.Request(Reviews.Of("Approval", item))));
        Assert.Equal(["spec.decision", "spec.revision", "spec.step"], denied.Problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.Throws<CannotDecideException>(() => new CommandsHook(() => null, new FakeTimeProvider(Now)).Decide(Reviews.Request(Reviews.Of("Approval", Approval("Approve")))));
    }

    private static CommandsHook Hook() => new(() => Key, new FakeTimeProvider(Now));

    private static CommandStanding Judge(CommandObject command, IReadOnlyList<CommandObject>? same = null, byte[]? key = null) =>
        new CommandTrust(() => key ?? Key).Judge(command, same ?? [command]);

    private static string Counts(CommandObject command, IReadOnlyList<CommandObject>? same = null) => Assert.IsType<CommandStanding.Counts>(Judge(command, same)).Command.Actor;

    private static JsonObject Command(string action, string? name, string? generateName)
    {
        var metadata = new JsonObject { ["namespace"] = "shop" };
        metadata[name is null ? "generateName" : "name"] = name ?? generateName;
        var spec = new JsonObject { ["rollout"] = "web", ["action"] = action };
        if (action == "Start")
        {
            spec["revision"] = "v2";
        }

        return new() { ["apiVersion"] = "canarycontroller.io/v1alpha1", ["kind"] = "RolloutCommand", ["metadata"] = metadata, ["spec"] = spec };
    }

    private static JsonObject Approval(string decision) => new()
    {
        ["apiVersion"] = "canarycontroller.io/v1alpha1",
        ["kind"] = "Approval",
        ["metadata"] = new JsonObject { ["namespace"] = "shop", ["name"] = "a1" },
        ["spec"] = new JsonObject { ["rollout"] = "web", ["revision"] = "v2", ["step"] = 2, ["decision"] = decision },
    };

    private static JsonObject Stamped(string action, string user = "alice") => Created(Command(action, "promote-1", null), user);

    private static JsonObject Created(JsonObject sent, string user) => Apply(sent, Patch(Hook().Decide(Reviews.Request(Reviews.Of((string)sent["kind"]!, sent, user: user))))!);

    private static string? Patch(AdmissionAnswer answer) => Assert.IsType<AdmissionAnswer.Allowed>(answer).Patch?.ToString();

    /// <summary>As the API server applies it; the patches here set or remove members of objects.</summary>
    private static JsonObject Apply(JsonObject item, string patch)
    {
        var changed = item.DeepClone().AsObject();
        foreach (var operation in JsonNode.Parse(patch)!.AsArray())
        {
            var path = ((string)operation!["path"]!).Split('/')[1..].Select(part => part.Replace("~1", "/", StringComparison.Ordinal)).ToList();
            var parent = path[..^1].Aggregate((JsonNode)changed, (node, part) => node[part]!).AsObject();
            if ((string?)operation["op"] == "remove")
            {
                Assert.True(parent.Remove(path[^1]));
            }
            else
            {
                parent[path[^1]] = operation["value"]?.DeepClone();
            }
        }

        return changed;
    }

    private static RolloutCommandObject Stored(JsonObject item, string? name = null, string uid = "u1", DateTimeOffset? createdAt = null) =>
        AsStored(item, name, uid, createdAt).Project(RolloutCommandObject.Project);

    private static ApprovalObject StoredApproval(JsonObject item) => AsStored(item, null, "u1", null).Project(ApprovalObject.Project);

    private static JsonObject AsStored(JsonObject item, string? name, string uid, DateTimeOffset? createdAt)
    {
        var stored = item.DeepClone().AsObject();
        stored["metadata"]!["name"] ??= name ?? (string?)stored["metadata"]!["generateName"] + "x7";
        stored["metadata"]!["uid"] = uid;
        stored["metadata"]!["resourceVersion"] = "1";
        stored["metadata"]!["creationTimestamp"] = JsonSerializer.SerializeToNode(createdAt ?? Now);
        return stored;
    }
}
