using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.ApiServerStub;
using CanaryController.ApiServerStub.Faults;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Tests;

/// <summary>A cluster with our CRDs, a kubeconfig that leads there, and somebody who plays the controller.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    private const string Rollouts = "canarycontroller.io/rollouts";
    private const string RolloutCommands = "canarycontroller.io/rolloutcommands";
    private const string ApprovalObjects = "canarycontroller.io/approvals";

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-cluster-").FullName;

    private FakeCluster(StubServer server)
    {
        Server = server;
        Kubeconfig = WriteKubeconfig("config", "token: t-ada", null);
    }

    /// <summary>The API server.</summary>
    public StubServer Server { get; }

    /// <summary>The file that KUBECONFIG names.</summary>
    public string Kubeconfig { get; set; }

    /// <summary>All commands that were created, oldest first.</summary>
    public IReadOnlyList<RolloutCommandResource> Commands =>
    [
        .. Server.Store.List(RolloutCommands, null).Select(item => item.Deserialize(RolloutStatusJson.Default.RolloutCommandResource)!).OrderBy(command => command.Metadata.CreationTimestamp),
    ];

    /// <summary>All approvals that were created, oldest first.</summary>
    public IReadOnlyList<ApprovalResource> Approvals =>
    [
        .. Server.Store.List(ApprovalObjects, null).Select(item => item.Deserialize(RolloutStatusJson.Default.ApprovalResource)!).OrderBy(approval => approval.Metadata.CreationTimestamp),
    ];

    public static async Task<FakeCluster> StartAsync(bool withCrds = true)
    {
        var crds = withCrds ? Directory.EnumerateFiles(Path.Combine(Root(), "charts", "canary-controller", "files", "crds")).Select(File.ReadAllText).ToList() : [];
        return new(await StubServer.StartAsync(new() { Crds = crds, Tokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["t-ada"] = "ada" } }));
    }

    /// <summary>Adds a Rollout.</summary>
    public FakeCluster Add(string name = "shop", string ns = "default")
    {
        if (Server.Store.Find("core/namespaces", null, ns) is null)
        {
            Server.Store.Create("core/namespaces", JsonNode.Parse($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}"}}""")!.AsObject());
        }

        Server.Store.Create(Rollouts, JsonNode.Parse($$$"""
            {
              "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "{{{name}}}", "namespace": "{{{ns}}}"},
              "spec": {
                "workload": {"kind": "External", "versions": {"stable": "v1"}},
                "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "{{{name}}}"}]}},
                "strategy": {"steps": [{"weight": 5, "hold": "5m"}, {"weight": 50, "hold": "10m"}, {"weight": 100, "approval": {"name": "sre"}}]},
                "analysis": {"metrics": [{"name": "orders", "query": "sum(orders_total)", "threshold": {"min": 10}}]}
              }
            }
            """)!.AsObject());
        return this;
    }

    /// <summary>Writes a status, as the controller does with each transition.</summary>
    public FakeCluster Show(RolloutState state, string name = "shop", string ns = "default", params RevisionImages[] images)
    {
        var item = Server.Store.Find(Rollouts, ns, name)!;
        var before = item["status"] is { } there ? RolloutStatusJson.Read(there.ToJsonString()) : new RolloutStatus();
        var transition = new Transition(
            state.Sequence, state.PhaseSince, before.Phase, state.Phase, state.CanaryRevision, state.Attempt, state.StepIndex, state.Weight, state.Reason, state.Message, null);
        var status = before.With(state, 3) with
        {
            ObservedGeneration = 1,
            ObservedWeight = state.Weight.Percent,
            Transitions = [.. before.Transitions, transition],
            Images = images.Length > 0 ? [.. images] : before.Images,
            Metrics = [new MetricStatus { Name = "orders", Verdict = Core.Analysis.Verdict.Passed, Value = "12.5", Threshold = "min 10", Message = "12.5; min 10." }],
            Commands = [new CommandRecord { Id = "c1", Action = RolloutAction.Start, Actor = "unknown (says ada)", At = Sample.Now, Revision = "v2", Status = CommandStatus.Accepted, Message = "v2 starts." }],
        };
        item["status"] = JsonNode.Parse(RolloutStatusJson.Write(status));
        Server.Store.Update(Rollouts, item, "status");
        return this;
    }

    /// <summary>From now on every command is answered like this.</summary>
    public FakeCluster Answer(CommandPhase phase, string message)
    {
        Server.Store.Changed += change =>
        {
            if (change is { Type: "ADDED", Resource: RolloutCommands or ApprovalObjects })
            {
                _ = Task.Run(() =>
                {
                    var item = Server.Store.Find(change.Resource, (string?)change.Object["metadata"]!["namespace"], (string)change.Object["metadata"]!["name"]!)!;
                    item["status"] = new JsonObject { ["phase"] = phase.ToString(), ["message"] = message };
                    Server.Store.Update(change.Resource, item, "status");
                });
            }
        };
        return this;
    }

    /// <summary>Adds a Rollout that leads a Deployment, which is paused.</summary>
    public FakeCluster AddLed(string name, string deployment)
    {
        Add(name);
        var item = Server.Store.Find(Rollouts, "default", name)!;
        item["spec"]!["workload"] = new JsonObject { ["kind"] = "Deployment", ["name"] = deployment };
        item["spec"]!["service"] = new JsonObject { ["name"] = deployment, ["port"] = 80 };
        Server.Store.Update(Rollouts, item);
        Server.Store.Create("apps/deployments", JsonNode.Parse($$$$"""
            {
              "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "{{{{deployment}}}}", "namespace": "default"},
              "spec": {"paused": true, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}}
            }
            """)!.AsObject());
        return this;
    }

    /// <summary>The controller has its finalizer on a Rollout.</summary>
    public FakeCluster Hold(string name = "shop", string ns = "default") => Change(name, ns, item => item["metadata"]!["finalizers"] = new JsonArray(Rollout.Finalizer));

    /// <summary>The controller has given everything back.</summary>
    public void Drop(string name, string ns = "default") => Change(name, ns, item => item["metadata"]!.AsObject().Remove("finalizers"));

    /// <summary>From now on somebody plays the controller: what is marked is left, in two steps, and what is not is led.</summary>
    public FakeCluster Obey()
    {
        var reads = 0;
        var seen = Channel.CreateUnbounded<int>();
        // Never a fault: it only hears of requests.
        Server.Faults.Add(new Fault { Matches = request => request is { Verb: "get" or "list", Resource: Rollouts } && seen.Writer.TryWrite(Interlocked.Increment(ref reads)) && false });
        Server.Store.Changed += change =>
        {
            if (change is { Type: "MODIFIED", Resource: Rollouts })
            {
                _ = Task.Run(() => ObeyAsync((string)change.Object["metadata"]!["name"]!, (string)change.Object["metadata"]!["namespace"]!, seen.Reader));
            }
        };
        return this;
    }

    public bool IsMarked(string name, string ns = "default") => (string?)Server.Store.Find(Rollouts, ns, name)!["metadata"]!["annotations"]?[Rollout.ReleaseAnnotation] == "true";

    public bool IsHeld(string name, string ns = "default") => Server.Store.Find(Rollouts, ns, name)!["metadata"]!["finalizers"] is JsonArray { Count: > 0 };

    /// <summary>Runs a command line that finds this cluster by KUBECONFIG alone.</summary>
    public Task<CommandRun> RunAsync(string line, Func<CliEnvironment, CliEnvironment>? with = null) =>
        CommandRun.OfAsync(line, with: environment => Chain(environment with { Variable = name => name == "KUBECONFIG" ? Kubeconfig : null }, with));

    /// <summary>Writes a kubeconfig for this server.</summary>
    public string WriteKubeconfig(string name, string user, string? ns)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, $$"""
            apiVersion: v1
            kind: Config
            current-context: dev
            clusters:
            - name: stub
              cluster: {server: '{{Server.BaseUrl.ToString().TrimEnd('/')}}'}
            contexts:
            - name: dev
              context: {cluster: stub, user: ada{{(ns is null ? "" : ", namespace: " + ns)}}}
            - name: other
              context: {cluster: stub, user: ada, namespace: prod}
            users:
            - name: ada
              user:
                {{user.Replace("\n", "\n    ", StringComparison.Ordinal)}}

            """);
        return file;
    }

    /// <summary>A state under way at a step, from 1.</summary>
    public static RolloutState AtStep(int step, int percent) => new()
    {
        Phase = RolloutPhase.Progressing,
        StableRevision = "v1",
        CanaryRevision = "v2",
        TargetRevision = "v2",
        Attempt = 1,
        Plan =
        [
            new RolloutStep { Weight = CanaryWeight.FromBasisPoints(500), Hold = TimeSpan.FromMinutes(5) },
            new RolloutStep { Weight = CanaryWeight.FromBasisPoints(5_000), Hold = TimeSpan.FromMinutes(10) },
            new RolloutStep { Weight = CanaryWeight.FromBasisPoints(10_000), Approval = new() { Name = "sre", Required = 1 } },
        ],
        StepIndex = step - 1,
        Weight = CanaryWeight.FromBasisPoints(percent * 100),
        PhaseSince = Sample.Now.AddMinutes(-8),
        StartedAt = Sample.Now.AddMinutes(-9),
        TrafficSince = Sample.Now.AddMinutes(-8),
        StepSince = Sample.Now.AddMinutes(-7),
        Reason = RolloutReason.StepCompleted,
        Message = $"v2 gets {percent} %.",
        Sequence = step,
    };

    /// <summary>The state when v2 became stable.</summary>
    public static RolloutState Promoted() => AtStep(3, 0) with
    {
        Phase = RolloutPhase.Promoted,
        StableRevision = "v2",
        Message = "v2 is stable.",
        Reason = RolloutReason.Promoted,
        Sequence = 9,
        History = [new RevisionRecord("v2", RevisionOutcome.Promoted, RolloutReason.Promoted, "v2 is stable.", Sample.Now.AddMinutes(-9), Sample.Now)],
    };

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ObeyAsync(string name, string ns, ChannelReader<int> reads)
    {
        var reason = (string?)Server.Store.Find(Rollouts, ns, name)!["status"]?["conditions"]?[0]?["reason"];
        switch (IsMarked(name, ns), IsHeld(name, ns), reason)
        {
            case (true, true, null):
                Say(name, ns, "Leaving", "Leaving waits for clients.");
                break;
            case (true, true, "Leaving"):
                // Somebody looks in between: of two reads the second began after the first was answered.
                while (reads.TryRead(out _))
                {
                }

                await reads.ReadAsync();
                await reads.ReadAsync();
                Say(name, ns, "Released", "Released.");
                break;
            case (true, true, "Released"):
                Drop(name, ns);
                break;
            case (false, false, "Released"):
                Hold(name, ns);
                break;
            default:
                break;
        }
    }

    /// <summary>One that was released, and whose text the controller calls wrong.</summary>
    public FakeCluster Wrong(string name, string ns = "default")
    {
        Change(name, ns, item => item["metadata"]!.AsObject()["annotations"] = new JsonObject { [Rollout.ReleaseAnnotation] = "true" });
        var status = new RolloutStatus
        {
            ObservedGeneration = (long)Server.Store.Find(Rollouts, ns, name)!["metadata"]!["generation"]!,
            Conditions = [new() { Type = "Ready", Status = ConditionStatus.False, Reason = "Invalid", Message = "It never was valid.", LastTransitionTime = Sample.Now }],
        };
        return Change(name, ns, item => item["status"] = JsonNode.Parse(RolloutStatusJson.Write(status)), "status");
    }

    private void Say(string name, string ns, string reason, string message)
    {
        var status = new RolloutStatus { Message = message, State = new() { Message = message }, Conditions = [new() { Type = "Ready", Status = ConditionStatus.False, Reason = reason, Message = message, LastTransitionTime = Sample.Now }] };
        Change(name, ns, item => item["status"] = JsonNode.Parse(RolloutStatusJson.Write(status)), "status");
    }

    private FakeCluster Change(string name, string ns, Action<JsonObject> change, string? subresource = null)
    {
        var item = Server.Store.Find(Rollouts, ns, name)!;
        change(item);
        Server.Store.Update(Rollouts, item, subresource);
        return this;
    }

    private static CliEnvironment Chain(CliEnvironment environment, Func<CliEnvironment, CliEnvironment>? with) => with?.Invoke(environment) ?? environment;

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CanaryController.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No solution above the test.");
    }
}
