using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Who depends on whom, by uid, as the changes told it.</summary>
internal sealed class OwnershipGraph
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WorkKey> _objects = [];
    private readonly Dictionary<string, HashSet<string>> _dependents = [];

    /// <summary>Takes a change in.</summary>
    public void Observe(WorkKey key, ObjectChange change, JsonObject? before)
    {
        var uid = change.Object.Uid();
        lock (_gate)
        {
            foreach (var owner in before?.Uid() == uid ? Owners(before) : [])
            {
                if (_dependents.TryGetValue(owner, out var siblings) && siblings.Remove(uid) && siblings.Count == 0)
                {
                    _dependents.Remove(owner);
                }
            }

            if (change.Type == "DELETED")
            {
                _objects.Remove(uid);
                return;
            }

            _objects[uid] = key;
            foreach (var owner in Owners(change.Object))
            {
                if (!_dependents.TryGetValue(owner, out var siblings))
                {
                    _dependents[owner] = siblings = [];
                }

                siblings.Add(uid);
            }
        }
    }

    public IReadOnlyList<WorkKey> DependentsOf(string uid)
    {
        lock (_gate)
        {
            return _dependents.TryGetValue(uid, out var dependents) ? [.. dependents.Where(_objects.ContainsKey).Select(d => _objects[d])] : [];
        }
    }

    public WorkKey? Find(string uid)
    {
        lock (_gate)
        {
            return _objects.TryGetValue(uid, out var key) ? key : null;
        }
    }

    public static IEnumerable<string> Owners(JsonObject item) => item.OwnerReferences().Select(r => r.Text("uid") ?? "");
}
