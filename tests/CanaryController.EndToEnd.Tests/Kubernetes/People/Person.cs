using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>A user of the cluster who works with kubectl: what is asked for is an object, and what became of it stands in its status.</summary>
internal sealed class Person(Shop shop, string name, string group = "system:masters") : IDisposable
{
    private const int MaxLooks = 1_200;

    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Its way to the API server.</summary>
    public KubeClient Client { get; } = new(shop.Stage.Kubeconfig, name, group);

    /// <summary>The revision under way.</summary>
    private string Canary => shop.Rollout.Text("status", "canaryRevision") ?? "";

    /// <summary>Answers a step.</summary>
    /// <param name="decision">Approve or Reject.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="revision">The revision; null = the one under way.</param>
    /// <param name="comment">Why.</param>
    public Task<Answer> ApproveAsync(string decision, int step, string? revision = null, string? comment = null) => AskAsync(KubeKind.Approval, Approval(decision, step, revision, comment));

    /// <summary>An answer to a step.</summary>
    public JsonObject Approval(string decision, int step, string? revision = null, string? comment = null) => Object(KubeKind.Approval, new JsonObject
    {
        ["rollout"] = shop.Name,
        ["revision"] = revision ?? Canary,
        ["step"] = step,
        ["decision"] = decision,
        ["comment"] = comment,
    });

    /// <summary>Commands.</summary>
    public Task<Answer> CommandAsync(string action, string? reason = null) => AskAsync(KubeKind.RolloutCommand, Asked(action, reason));

    /// <summary>A command.</summary>
    public JsonObject Asked(string action, string? reason = null) =>
        Object(KubeKind.RolloutCommand, new JsonObject { ["rollout"] = shop.Name, ["action"] = action, ["reason"] = reason });

    /// <summary>Writes it, and waits until something has become of it.</summary>
    public async Task<Answer> AskAsync(KubeKind kind, JsonObject body)
    {
        var made = (await Client.CreateAsync(kind, shop.Namespace, body, shop.Cancellation)).Done();
        for (var look = 0; look < MaxLooks; look++)
        {
            var item = (await Client.GetAsync(kind, shop.Namespace, made.Name(), shop.Cancellation)).Done();
            if (item.Text("status", "phase") is { } phase and not "Pending")
            {
                return new(made.Uid(), phase, item.Text("status", "message") ?? "", item.Text("status", "actor"));
            }

            await shop.AfterAsync(_rest);
        }

        throw new TimeoutException($"Nothing became of {kind} {made.Name()} of {name}.\n{shop.Laws.Last}");
    }

    /// <summary>Makes an object of the shop's namespace.</summary>
    public async Task<JsonObject> MakeAsync(KubeKind kind, string name, JsonObject spec) =>
        (await Client.CreateAsync(kind, kind.IsNamespaced ? shop.Namespace : null, Named(kind, name, spec), shop.Cancellation)).Done();

    /// <summary>An object with a name.</summary>
    public static JsonObject Named(KubeKind kind, string name, JsonObject spec) =>
        new() { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };

    public void Dispose() => Client.Dispose();

    // The API server makes the name, as for kubectl create -f with generateName.
    private JsonObject Object(KubeKind kind, JsonObject spec)
    {
        foreach (var left in spec.Where(member => member.Value is null).Select(member => member.Key).ToList())
        {
            spec.Remove(left);
        }

        return new() { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["generateName"] = $"{shop.Name}-" }, ["spec"] = spec };
    }
}

/// <summary>What became of an approval or a command.</summary>
/// <param name="Id">Its object's uid, which the audit trail names.</param>
/// <param name="Phase">Accepted, Unchanged, Conflict or Refused.</param>
/// <param name="Message">The same in one sentence.</param>
/// <param name="Actor">From whom it is, as far as known.</param>
internal sealed record Answer(string Id, string Phase, string Message, string? Actor)
{
    /// <summary>It was carried out; fails the test when it was not.</summary>
    public Answer Accepted() => Phase == "Accepted" ? this : throw new InvalidOperationException($"{Phase}: {Message}");
}
