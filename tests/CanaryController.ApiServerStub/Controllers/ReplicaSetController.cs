using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Keeps as many pods as a ReplicaSet wants, and counts them in its status. Who owns the ReplicaSet does not matter to it.</summary>
internal sealed class ReplicaSetController(IObjectStore store, TimeProvider time, WorkQueue queue, Random random) : IStubController
{
    /// <summary>Pods that are made or deleted in one sync at most.</summary>
    private const int BurstReplicas = 500;

    private readonly Claims _claims = new(store, Resources.ReplicaSets, Resources.Pods);

    public string Name => "replicaset";

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before) => change.Resource switch
    {
        Resources.ReplicaSets => [Key(change.Object)],
        Resources.Pods => OwnersOf(change, before),
        _ => [],
    };

    public void Sync(WorkKey key)
    {
        if (store.Find(Resources.ReplicaSets, key.Namespace, key.Name) is not { } rs)
        {
            return;
        }

        var selector = LabelSelector.Read(rs.At("spec", "selector"));
        var pods = _claims.Claim(rs, selector, store.List(Resources.Pods, key.Namespace).Where(Pod.IsActive));
        ApiException? refused = null;
        if (!rs.IsBeingDeleted())
        {
            refused = Manage(rs, pods);
        }

        SaveStatus(rs, pods, refused);
        LookAgainWhenAvailable(key, rs, pods);
        if (refused is not null)
        {
            throw refused;
        }
    }

    private WorkKey Key(JsonObject rs) => new(Name, Resources.ReplicaSets, rs.Namespace(), rs.Name());

    /// <summary>Makes missing pods or deletes those that are too many. The status counts what was there before.</summary>
    private ApiException? Manage(JsonObject rs, List<JsonObject> pods)
    {
        var surplus = pods.Count - Wanted(rs);
        try
        {
            for (var i = 0; i < Math.Min(-surplus, BurstReplicas); i++)
            {
                store.Create(Resources.Pods, Compose(rs));
            }

            foreach (var pod in surplus > 0 ? ToDelete(rs, pods).Take(Math.Min(surplus, BurstReplicas)) : [])
            {
                store.DeletePod(pod);
            }

            return null;
        }
        catch (ApiException e)
        {
            return store.IsTerminating(rs.Namespace()) ? null : e;
        }
    }

    private List<JsonObject> ToDelete(JsonObject rs, List<JsonObject> pods)
    {
        var owner = rs.ControllerReference()?.Text("uid");
        var siblings = store.List(Resources.ReplicaSets, rs.Namespace())
            .Where(other => other.Uid() == rs.Uid() || (owner is not null && other.ControllerReference()?.Text("uid") == owner))
            .Select(other => LabelSelector.Read(other.At("spec", "selector"))).ToList();
        var podsOnNode = store.List(Resources.Pods, rs.Namespace())
            .Where(pod => Pod.IsActive(pod) && siblings.Exists(s => s.Matches(pod.Labels())))
            .GroupBy(Pod.NodeName).ToDictionary(g => g.Key, g => g.Count());
        return [.. pods.Order(new PodRanking(time.GetUtcNow(), podsOnNode))];
    }

    private JsonObject Compose(JsonObject rs)
    {
        var template = (JsonObject)(rs.At("spec", "template")?.DeepClone() ?? new JsonObject());
        var metadata = new JsonObject
        {
            ["name"] = $"{rs.Name()}-{string.Concat(random.GetItems<char>(PodTemplate.NameCharacters, 5))}",
            ["generateName"] = $"{rs.Name()}-",
            ["namespace"] = rs.Namespace(),
            ["ownerReferences"] = new JsonArray(ObjectFields.ControllerReferenceTo(rs)),
        };
        foreach (var name in (string[])["labels", "annotations", "finalizers"])
        {
            if (template.At("metadata", name) is { } value)
            {
                metadata[name] = value.DeepClone();
            }
        }

        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template["spec"]?.DeepClone() ?? new JsonObject(),
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        };
    }

    private void SaveStatus(JsonObject rs, List<JsonObject> pods, ApiException? refused)
    {
        var now = Status(rs, pods, refused);
        for (var attempt = 1; ; attempt++)
        {
            if (JsonNode.DeepEquals(rs["status"], now))
            {
                return;
            }

            rs["status"] = now.DeepClone();
            try
            {
                store.Update(Resources.ReplicaSets, rs, "status");
                return;
            }
            catch (ApiException e) when (e.IsConflict() && attempt == 1 && store.Find(Resources.ReplicaSets, rs.Namespace(), rs.Name()) is { } fresh)
            {
                // Once more on the present version, but saying the generation that was worked on.
                rs = fresh;
            }
        }
    }

    private JsonObject Status(JsonObject rs, List<JsonObject> pods, ApiException? refused)
    {
        var labels = LabelSelector.ReadMap(rs.At("spec", "template", "metadata", "labels"));
        var minReadySeconds = rs.Count("spec", "minReadySeconds");
        var status = new JsonObject { ["replicas"] = pods.Count };
        Add("fullyLabeledReplicas", pods.Count(pod => labels.Matches(pod.Labels())));
        Add("readyReplicas", pods.Count(Pod.IsReady));
        Add("availableReplicas", pods.Count(pod => Pod.IsAvailable(pod, minReadySeconds, time.GetUtcNow())));
        Add("observedGeneration", rs.Generation());
        if (refused is not null)
        {
            var known = rs.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == DeploymentStatus.ReplicaFailure);
            status["conditions"] = new JsonArray(known?.DeepClone() ?? new JsonObject
            {
                ["type"] = DeploymentStatus.ReplicaFailure,
                ["status"] = "True",
                ["lastTransitionTime"] = time.Stamp(),
                ["reason"] = pods.Count < Wanted(rs) ? "FailedCreate" : "FailedDelete",
                ["message"] = refused.Message,
            });
        }

        return status;

        void Add(string name, long value)
        {
            if (value != 0)
            {
                status[name] = value;
            }
        }
    }

    /// <summary>As the real controller: a second later than the last pod would be available, because times have whole seconds.</summary>
    private void LookAgainWhenAvailable(WorkKey key, JsonObject rs, List<JsonObject> pods)
    {
        var minReady = TimeSpan.FromSeconds(rs.Count("spec", "minReadySeconds"));
        foreach (var since in pods.Select(Pod.ReadySince).OfType<DateTimeOffset>())
        {
            var left = since + minReady + TimeSpan.FromSeconds(1) - time.GetUtcNow();
            if (minReady > TimeSpan.Zero && left > TimeSpan.Zero)
            {
                queue.AddAfter(key, left);
            }
        }
    }

    private IEnumerable<WorkKey> OwnersOf(ObjectChange change, JsonObject? before)
    {
        var now = change.Object.ControllerReference();
        var then = before?.ControllerReference();
        var moved = now?.Text("uid") != then?.Text("uid");
        foreach (var reference in (JsonObject?[])[now, moved ? then : null])
        {
            if (reference?.Text("kind") == "ReplicaSet"
                && store.Find(Resources.ReplicaSets, change.Object.Namespace(), reference.Text("name") ?? "") is { } rs
                && rs.Uid() == reference.Text("uid"))
            {
                yield return Key(rs);
            }
        }

        if (now is not null || change.Type == "DELETED" || (before is not null && !moved && JsonNode.DeepEquals(before.Labels(), change.Object.Labels())))
        {
            yield break;
        }

        foreach (var rs in store.List(Resources.ReplicaSets, change.Object.Namespace()))
        {
            if (LabelSelector.Read(rs.At("spec", "selector")).Matches(change.Object.Labels()))
            {
                yield return Key(rs);
            }
        }
    }

    private static int Wanted(JsonObject rs) => (int)(rs.Number("spec", "replicas") ?? 1);
}
