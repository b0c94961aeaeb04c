using System.Globalization;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>
/// What the server's own controllers do, one small step at a time: adoption of what has no controller, the oldest match wins, a paused Deployment scales only what it owns, the newest comes
/// back after 0 replicas, saturation takes the old ones to 0 at once, otherwise in proportion.
/// </summary>
internal sealed class DeploymentControllerModel(ClusterModel cluster)
{
    private int _made;

    private DeploymentObject Deployment => cluster.Deployment!;

    /// <summary>All controllers until nothing changes.</summary>
    public void Settle()
    {
        for (var i = 0; i < 200; i++)
        {
            var before = Print();
            Step();
            if (before == Print())
            {
                return;
            }
        }

        cluster.Broken.Add("The controllers never came to rest.");
    }

    /// <summary>One round of each controller.</summary>
    public void Step()
    {
        if (cluster.Deployment is not null)
        {
            Sync();
        }

        Pods();
        Endpoints();
    }

    public string Print() => string.Join('\n', cluster.Sets.Values.OrderBy(set => set.Meta.Name.Name).Select(set =>
        $"{set.Meta.Name.Name} {set.Meta.Controller?.Kind}/{set.Meta.Controller?.Name} {set.Replicas}/{set.StatusReplicas}/{set.AvailableReplicas} {set.Meta.ResourceVersion}"))
        + $"\n{cluster.Deployment?.Meta.ResourceVersion} " + string.Join(',', cluster.Slices.SelectMany(slice => slice.Endpoints.ToArray()).Select(one => one.Pod));

    private void Sync()
    {
        foreach (var orphan in cluster.Sets.Values.Where(set => set.Meta.Controller is null).ToArray())
        {
            cluster.Broken.Add($"{orphan.Meta.Name.Name} had no controller.");
            cluster.Change(orphan with { Meta = orphan.Meta with { Owners = [Owner()] } }, isSpec: false);
        }

        var own = cluster.Sets.Values.Where(cluster.Owns).OrderBy(set => set.Meta.CreatedAt).ToArray();
        var current = own.FirstOrDefault(set => set.Template == Deployment.Template);
        if (current is not null)
        {
            Count(own, current);
            own = [.. cluster.Sets.Values.Where(cluster.Owns).OrderBy(set => set.Meta.CreatedAt)];
            current = own.First(set => set.Template == Deployment.Template);
        }

        var old = own.Where(set => set != current).ToArray();
        if (Deployment.IsPaused || own.Any(set => set.Replicas > 0 && Desired(set) != Deployment.Replicas))
        {
            Scale(current, old);
            if (Deployment.IsPaused)
            {
                Clean();
            }

            return;
        }

        Roll(current, old);
        Clean();
    }

    private void Roll(ReplicaSetObject? current, ReplicaSetObject[] old)
    {
        if (Deployment.IsRecreate)
        {
            foreach (var set in old.Where(set => set.Replicas > 0))
            {
                Resize(set, 0);
            }

            if (old.Any(set => set.Replicas > 0 || set.StatusReplicas > 0))
            {
                return;
            }
        }

        current ??= Make();
        var limit = Deployment.MaxReplicas(Deployment.Replicas);
        var total = cluster.Sets.Values.Where(cluster.Owns).Sum(set => set.Replicas);
        var grown = Math.Min(Deployment.Replicas, current.Replicas + Math.Max(0, limit - total));
        Resize(current, current.Replicas > Deployment.Replicas ? Deployment.Replicas : grown);
        current = cluster.Sets[current.Meta.Name.Name];
        var available = cluster.Sets.Values.Where(cluster.Owns).Sum(set => Math.Min(set.AvailableReplicas, set.Replicas));
        var spare = available - (Deployment.Replicas - (Deployment.Replicas / 4));
        foreach (var set in old.Where(set => set.Replicas > 0))
        {
            var taken = Math.Min(set.Replicas, Math.Max(0, spare));
            spare -= taken;
            Resize(set, set.Replicas - taken);
        }
    }

    private void Scale(ReplicaSetObject? current, ReplicaSetObject[] old)
    {
        var all = current is null ? old : [.. old, current];
        var active = all.Where(set => set.Replicas > 0).ToArray();
        if (active.Length <= 1)
        {
            var one = active.SingleOrDefault() ?? current ?? old.LastOrDefault();
            if (one is not null && one.Replicas != Deployment.Replicas)
            {
                Resize(one, Deployment.Replicas);
            }

            return;
        }

        if (current is not null && current.Replicas == Deployment.Replicas && Desired(current) == Deployment.Replicas && current.AvailableReplicas == Deployment.Replicas)
        {
            foreach (var set in old.Where(set => set.Replicas > 0))
            {
                Resize(set, 0);
            }

            return;
        }

        if (!Deployment.IsRecreate)
        {
            Proportionally(active);
        }
    }

    private void Proportionally(ReplicaSetObject[] active)
    {
        var allowed = Deployment.Replicas > 0 ? Deployment.MaxReplicas(Deployment.Replicas) : 0;
        var toAdd = allowed - active.Sum(set => set.Replicas);
        var added = 0;
        foreach (var set in active.OrderByDescending(set => set.Replicas).ThenBy(set => set.Meta.CreatedAt))
        {
            var most = int.TryParse(set.Meta.Annotations.GetValueOrDefault(ReplicaSetObject.MaxAnnotation), CultureInfo.InvariantCulture, out var noted) && noted > 0 ? noted : allowed;
            var fraction = (int)Math.Round((double)set.Replicas * Deployment.MaxReplicas(Deployment.Replicas) / most) - set.Replicas;
            var share = toAdd > 0 ? Math.Clamp(fraction, 0, toAdd - added) : toAdd < 0 ? Math.Clamp(fraction, toAdd - added, 0) : 0;
            added += share;
            Resize(set, Math.Max(0, set.Replicas + share), always: true);
        }
    }

    private void Clean()
    {
        var current = cluster.Sets.Values.Where(cluster.Owns).OrderBy(set => set.Meta.CreatedAt).FirstOrDefault(set => set.Template == Deployment.Template);
        var old = cluster.Sets.Values.Where(set => cluster.Owns(set) && set != current && set is { Replicas: 0, StatusReplicas: 0 }).OrderByDescending(set => set.Revision).ToArray();
        foreach (var set in old.Skip(Deployment.RevisionHistoryLimit))
        {
            cluster.Sets.Remove(set.Meta.Name.Name);
        }
    }

    private void Count(ReplicaSetObject[] own, ReplicaSetObject current)
    {
        var highest = own.Where(set => set != current).Select(set => set.Revision).DefaultIfEmpty(0).Max();
        if (current.Revision <= highest)
        {
            Note(current, ReplicaSetObject.RevisionAnnotation, highest + 1);
        }
    }

    private void Note(ReplicaSetObject set, string key, long value) => cluster.Change(
        set with { Meta = set.Meta with { Annotations = new Dictionary<string, string>(set.Meta.Annotations) { [key] = value.ToString(CultureInfo.InvariantCulture) } } }, isSpec: false);

    private void Resize(ReplicaSetObject set, int replicas, bool always = false)
    {
        var max = Deployment.MaxReplicas(Deployment.Replicas);
        if (!always && set.Replicas == replicas && Desired(set) == Deployment.Replicas)
        {
            return;
        }

        if (set.Replicas == replicas && Desired(set) == Deployment.Replicas)
        {
            return;
        }

        var notes = new Dictionary<string, string>(set.Meta.Annotations)
        {
            [ReplicaSetObject.DesiredAnnotation] = Deployment.Replicas.ToString(CultureInfo.InvariantCulture),
            [ReplicaSetObject.MaxAnnotation] = max.ToString(CultureInfo.InvariantCulture),
        };
        cluster.Change(set with { Replicas = replicas, Meta = set.Meta with { Annotations = notes } }, isSpec: set.Replicas != replicas);
    }

    private ReplicaSetObject Make()
    {
        var hash = $"h{Deployment.Template.High / 7919}";
        _made++;
        var name = $"checkout-{hash}";
        while (cluster.Sets.ContainsKey(name))
        {
            hash += "x";
            name = $"checkout-{hash}";
        }

        var made = new ReplicaSetObject
        {
            Meta = cluster.NewMeta(name) with { Owners = [Owner()], Labels = new Dictionary<string, string> { [ClusterModel.Hash] = hash } },
            Hash = hash,
            Template = Deployment.Template,
            Replicas = 0,
            MinReadySeconds = Deployment.MinReadySeconds,
        };
        cluster.Sets[name] = made;
        Count([.. cluster.Sets.Values.Where(cluster.Owns)], made);
        return cluster.Sets[name];
    }

    private static int Desired(ReplicaSetObject set) =>
        int.TryParse(set.Meta.Annotations.GetValueOrDefault(ReplicaSetObject.DesiredAnnotation), CultureInfo.InvariantCulture, out var desired) ? desired : -1;

    private void Pods()
    {
        foreach (var set in cluster.Sets.Values.ToArray())
        {
            var ready = cluster.Unready.Contains(set.Template) ? 0 : Math.Min(set.StatusReplicas, set.Replicas);
            var next = set with { StatusReplicas = set.Replicas, ReadyReplicas = ready, AvailableReplicas = ready, ObservedGeneration = set.Meta.Generation };
            if (next != set)
            {
                cluster.Change(next, isSpec: false);
                cluster.Sets[set.Meta.Name.Name] = cluster.Sets[set.Meta.Name.Name] with { ObservedGeneration = set.Meta.Generation };
            }
        }
    }

    private void Endpoints()
    {
        cluster.Slices.Clear();
        foreach (var service in cluster.PublishesEndpoints ? cluster.Services.Values.ToArray() : [])
        {
            var hash = service.Selector.GetValueOrDefault(ClusterModel.Hash);
            cluster.Slices.Add(new()
            {
                Meta = cluster.NewMeta(service.Meta.Name.Name + "-slice"),
                Service = service.Meta.Name.Name,
                Endpoints = [.. cluster.Sets.Values.Where(set => hash is null || set.Hash == hash)
                    .SelectMany(set => Enumerable.Range(0, set.ReadyReplicas).Select(i => new SliceEndpoint(true, $"{set.Meta.Name.Name}-{i:D5}")))],
            });
        }
    }

    private ObjectOwner Owner() => new("apps/v1", "Deployment", "checkout", Deployment.Meta.Uid, isController: true);
}
