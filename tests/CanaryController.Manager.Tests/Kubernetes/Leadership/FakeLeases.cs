using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Kubernetes.Leadership;

/// <summary>One Lease as the API server keeps it, for several electors: optimistic by its version.</summary>
internal sealed class FakeLeases
{
    private readonly Lock _gate = new();
    private JsonObject? _lease;
    private int _version = 100;

    public string Holder => (string?)_lease?["spec"]?["holderIdentity"] ?? "";

    public int Term => (int?)_lease?["spec"]?["leaseTransitions"] ?? -1;

    public int Version => _version;

    /// <summary>How many requests were made.</summary>
    public int Requests { get; private set; }

    /// <summary>Somebody else writes.</summary>
    public void Write(string holder, int term)
    {
        lock (_gate)
        {
            Store(new JsonObject { ["holderIdentity"] = holder, ["leaseTransitions"] = term, ["leaseDurationSeconds"] = 15, ["renewTime"] = "2000-01-01T00:00:00.000000Z" });
        }
    }

    public void Delete() => _lease = null;

    /// <summary>What one elector sees of it.</summary>
    public View For() => new(this);

    private KubeAnswer Get() => _lease is null ? new(KubeOutcome.NotFound, null, "no such lease") : new(KubeOutcome.Done, (JsonObject)_lease.DeepClone(), null);

    private KubeAnswer Store(JsonNode spec, JsonNode? annotations = null)
    {
        var kept = annotations?.DeepClone() ?? _lease?["metadata"]?["annotations"]?.DeepClone();
        _lease = new() { ["metadata"] = new JsonObject { ["resourceVersion"] = (++_version).ToString(), ["annotations"] = kept }, ["spec"] = spec.DeepClone() };
        return Get();
    }

    private JsonNode? Annotated(JsonNode? operation) => operation is null ? null
        : (string?)operation["path"] == "/metadata/annotations" ? operation["value"]
        : new JsonObject { [((string)operation["path"]!)["/metadata/annotations/".Length..].Replace("~1", "/", StringComparison.Ordinal)] = operation["value"]!.DeepClone() };

    /// <summary>An elector's connection, which can fail in its own ways.</summary>
    internal sealed class View(FakeLeases leases) : IKubeApi
    {
        /// <summary>Nothing comes through.</summary>
        public bool IsCut { get; set; }

        /// <summary>Requests stay without an answer until they are cancelled.</summary>
        public bool Hangs { get; set; }

        /// <summary>The next write is carried out, but its answer is lost.</summary>
        public bool LosesNextAnswer { get; set; }

        public Task<KubeAnswer> GetAsync(ObjectKind kind, ObjectName name, CancellationToken cancellation) => AnswerAsync(leases.Get, cancellation, isRead: true);

        public Task<KubeAnswer> CreateAsync(ObjectKind kind, string ns, JsonObject body, CancellationToken cancellation) => AnswerAsync(
            () => leases._lease is null ? leases.Store(body["spec"]!, body["metadata"]!["annotations"]) : new(KubeOutcome.AlreadyExists, null, "it is there"), cancellation);

        public Task<KubeAnswer> PatchAsync(ObjectKind kind, ObjectName name, JsonPatch patch, CancellationToken cancellation, string? subresource = null) => AnswerAsync(
            () =>
            {
                var operations = JsonNode.Parse(patch.ToString())!.AsArray();
                return leases._lease is null ? new(KubeOutcome.NotFound, null, "no such lease")
                    : (string?)operations[0]!["value"] != leases.Version.ToString() ? new(KubeOutcome.Conflict, null, "it changed")
                    : leases.Store(operations[1]!["value"]!, leases.Annotated(operations.Count > 2 ? operations[2] : null));
            },
            cancellation);

        public Task<KubeAnswer> DeleteAsync(ObjectKind kind, ObjectName name, string uid, CancellationToken cancellation, string? resourceVersion = null) =>
            throw new NotSupportedException();

        private async Task<KubeAnswer> AnswerAsync(Func<KubeAnswer> answer, CancellationToken cancellation, bool isRead = false)
        {
            Assert.True(UrgentRequests.IsHere);
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }

            lock (leases._gate)
            {
                leases.Requests++;
                if (IsCut)
                {
                    return new(KubeOutcome.Unavailable, null, "connection reset");
                }

                var given = answer();
                if (LosesNextAnswer && given.IsDone && !isRead)
                {
                    LosesNextAnswer = false;
                    return new(KubeOutcome.Unavailable, null, "the answer broke off");
                }

                return given;
            }
        }
    }
}
