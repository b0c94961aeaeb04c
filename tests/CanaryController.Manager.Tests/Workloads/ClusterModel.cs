using CanaryController.Core;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;
using CanaryController.Resources;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>
/// A namespace with one Deployment and its Services, as far as workloads see it. Writes are conditional as the server's are; what the server's controllers do is in <see cref="DeploymentControllerModel"/>.
/// </summary>
internal sealed class ClusterModel
{
    public const string Hash = Marks.PodTemplateHash;

    private int _version = 100;
    private int _clock;

    public WorkloadTarget Target { get; init; } = new(new RolloutKey("shop", "checkout"), "checkout", "checkout", IsByPodCount: false);

    public DeploymentObject? Deployment { get; set; }

    public Dictionary<string, ReplicaSetObject> Sets { get; } = [];

    public Dictionary<string, HolderObject> Holders { get; } = [];

    public Dictionary<string, ServiceObject> Services { get; } = [];

    public List<EndpointSliceObject> Slices { get; } = [];

    /// <summary>Templates whose pods never become ready.</summary>
    public HashSet<TemplateId> Unready { get; } = [];

    public bool PublishesEndpoints { get; init; } = true;

    /// <summary>What must never be: asked after each write and each step of a controller.</summary>
    public List<string> Broken { get; } = [];

    public static TemplateId Template(int number) => new((UInt128)number * 7919, 0);

    public static ClusterModel With(int replicas, int template = 1, bool recreate = false, int historyLimit = 10, bool isByPodCount = false, bool publishesEndpoints = true, bool isBySubset = false)
    {
        var model = new ClusterModel
        {
            Target = new(new RolloutKey("shop", "checkout"), "checkout", "checkout", isByPodCount) { IsBySubset = isBySubset },
            PublishesEndpoints = publishesEndpoints,
        };
        model.Deployment = new()
        {
            Meta = model.NewMeta("checkout") with { Generation = 1 },
            Replicas = replicas,
            Template = Template(template),
            IsRecreate = recreate,
            RevisionHistoryLimit = historyLimit,
            MatchLabels = new Dictionary<string, string> { ["app"] = "checkout" },
        };
        model.Services["checkout"] = new()
        {
            Meta = model.NewMeta("checkout"),
            Selector = new Dictionary<string, string> { ["app"] = "checkout" },
            Ports = [new("http", "TCP", 80, "8080", null)],
        };
        return model;
    }

    public ObjectMeta NewMeta(string name) => new()
    {
        Name = new(Target.Namespace, name),
        Uid = $"uid-{++_version}",
        ResourceVersion = _version.ToString(),
        Generation = 1,
        CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(++_clock),
    };

    public WorkloadSnapshot Snapshot() => new()
    {
        Target = Target,
        Deployment = Deployment,
        Sets = [.. Sets.Values],
        Holders = [.. Holders.Values],
        Apex = Services.GetValueOrDefault(Target.Service),
        StableService = Services.GetValueOrDefault(Target.StableServiceName.Name),
        CanaryService = Services.GetValueOrDefault(Target.CanaryServiceName.Name),
        Slices = [.. Slices],
    };

    public bool Owns(ReplicaSetObject set) => Deployment is not null && set.Meta.Controller?.Uid == Deployment.Meta.Uid;

    public void Ask(int template) => Change(Deployment! with { Template = Template(template) }, isSpec: true);

    public void Scale(int replicas) => Change(Deployment! with { Replicas = replicas }, isSpec: true);

    /// <summary>By somebody else than us: whoever pauses it is written down as who did; whoever finds it paused changes nothing about that.</summary>
    public void Change(DeploymentObject changed, bool isSpec) =>
        Deployment = changed with { IsPausedByUs = changed.IsPaused && Deployment is { IsPaused: true, IsPausedByUs: true }, Meta = Next(changed.Meta, isSpec) };

    public void Change(ReplicaSetObject changed, bool isSpec) => Sets[changed.Meta.Name.Name] = changed with { Meta = Next(changed.Meta, isSpec) };

    /// <summary>Carries a write out; false when its object is not as it was seen.</summary>
    public bool Do(WorkloadAction action)
    {
        switch (action)
        {
            case WorkloadAction.ChangeDeployment { Deployment: var seen } change when seen.Meta.ResourceVersion == Deployment?.Meta.ResourceVersion:
                Change(Deployment! with { IsPaused = change.Paused ?? Deployment.IsPaused, Meta = Noted(Deployment.Meta, change.Annotations) }, change.Paused is not null);
                Deployment = Deployment with { IsPausedByUs = change.Paused ?? Deployment.IsPausedByUs };
                return true;
            case WorkloadAction.RestoreTemplate { Deployment: var seen } restore when seen.Meta.ResourceVersion == Deployment?.Meta.ResourceVersion && Has(restore.From):
                Change(Deployment! with { Template = restore.From.Expected }, isSpec: true);
                return true;
            case WorkloadAction.CreateHolder create when !Holders.ContainsKey(create.Name.Name) && (create.Template is null || Has(create.Template)):
                Holders[create.Name.Name] = new()
                {
                    Meta = NewMeta(create.Name.Name) with { Annotations = new Dictionary<string, string> { [Marks.FenceAnnotation] = create.Fence } },
                    Revision = create.Revision,
                    Template = create.Template?.Expected ?? default,
                };
                return true;
            case WorkloadAction.FenceHolder { Holder: var seen } fence when Holders.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion:
                Holders[seen.Meta.Name.Name] = seen with { Meta = Next(Noted(seen.Meta, [new(Marks.FenceAnnotation, fence.Fence)]), isSpec: false) };
                return true;
            case WorkloadAction.DeleteHolder { Holder: var seen } when Holders.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion:
                Holders.Remove(seen.Meta.Name.Name);
                Broken.AddRange(Sets.Values.Where(set => set.Meta.Controller?.Uid == seen.Meta.Uid).Select(set => $"{seen.Meta.Name.Name} was deleted while it owned {set.Meta.Name.Name}."));
                return true;
            case WorkloadAction.CreateSet create when !Sets.ContainsKey(create.Name.Name) && Has(create.Template):
                Create(create);
                return true;
            case WorkloadAction.ChangeSet { Set: var seen } change when Sets.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion
                && (change.While is null || (change.While.Meta.Uid == Deployment?.Meta.Uid && change.While.Meta.Generation == Deployment.Meta.Generation)):
                Carry(change, Sets[seen.Meta.Name.Name]);
                return true;
            case WorkloadAction.DeleteSet { Set: var seen } when Sets.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion:
                if (seen.Replicas > 0)
                {
                    Broken.Add($"{seen.Meta.Name.Name} was deleted with {seen.Replicas} pods.");
                }

                Sets.Remove(seen.Meta.Name.Name);
                return true;
            default:
                return DoService(action);
        }
    }

    private bool DoService(WorkloadAction action)
    {
        switch (action)
        {
            case WorkloadAction.CreateService create when !Services.ContainsKey(create.Name.Name):
                Services[create.Name.Name] = new()
                {
                    Meta = Noted(NewMeta(create.Name.Name) with { Labels = new Dictionary<string, string> { [Marks.RolloutLabel] = Target.Rollout.Name } }, create.Annotations),
                    Selector = create.Selector,
                    Ports = create.Ports,
                };
                return true;
            case WorkloadAction.ChangeService { Service: var seen } change when Services.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion:
                var selector = new Dictionary<string, string>(change.Selector ?? seen.Selector);
                if (change.Hash is { Length: > 0 } hash)
                {
                    selector[Hash] = hash;
                }
                else if (change.Hash is not null)
                {
                    selector.Remove(Hash);
                }

                // Who changes an applied selector takes it, and notes from whom.
                var taken = change.Hash is null ? null : seen.SelectorApplier;
                Services[seen.Meta.Name.Name] = seen with
                {
                    Selector = selector,
                    Ports = change.Ports ?? seen.Ports,
                    SelectorApplier = change.Hash is null ? seen.SelectorApplier : null,
                    Meta = Next(Noted(seen.Meta, taken is null ? change.Annotations : [.. change.Annotations, new(WorkloadMarks.SelectorOwners, taken)]), isSpec: true),
                };
                return true;
            case WorkloadAction.ReturnSelector { Service: var seen } when Services.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion:
                Services[seen.Meta.Name.Name] = seen with
                {
                    SelectorApplier = seen.SelectorApplier ?? seen.Meta.Annotations[WorkloadMarks.SelectorOwners],
                    Meta = Next(Noted(seen.Meta, [new(WorkloadMarks.SelectorOwners, null)]), isSpec: false),
                };
                return true;
            case WorkloadAction.DeleteService { Service: var seen } when Services.GetValueOrDefault(seen.Meta.Name.Name)?.Meta.ResourceVersion == seen.Meta.ResourceVersion:
                Services.Remove(seen.Meta.Name.Name);
                return true;
            default:
                return false;
        }
    }

    private bool Has(TemplateSource source) => source.Kind.Kind switch
    {
        "Deployment" => Deployment?.Template == source.Expected,
        "ReplicaSet" => Sets.GetValueOrDefault(source.Name.Name)?.Template == source.Expected,
        _ => Holders.GetValueOrDefault(source.Name.Name)?.Template == source.Expected,
    };

    private void Create(WorkloadAction.CreateSet create)
    {
        var labels = new Dictionary<string, string> { [Hash] = create.Revision };
        if (create.Owner.Kind == "ControllerRevision")
        {
            labels[Marks.RolloutLabel] = Target.Rollout.Name;
        }

        Sets[create.Name.Name] = new()
        {
            Meta = Noted(NewMeta(create.Name.Name) with { Labels = labels, Owners = [create.Owner] }, create.Annotations),
            Hash = create.Revision,
            Template = create.Template.Expected,
            Replicas = create.Replicas,
            MinReadySeconds = create.Deployment.MinReadySeconds,
        };
    }

    private void Carry(WorkloadAction.ChangeSet change, ReplicaSetObject set)
    {
        if (change.Owner is { Kind: "Deployment" } && !Owns(set) && set.Replicas > 0 && Deployment is { IsPaused: true }
            && (set.AvailableReplicas < set.Replicas || change.Replicas != Deployment.Replicas))
        {
            Broken.Add($"{set.Meta.Name.Name} was handed over with {set.AvailableReplicas} of {set.Replicas} pods available.");
        }

        var labels = new Dictionary<string, string>(set.Meta.Labels);
        if (change.Labelled is true)
        {
            labels[Marks.RolloutLabel] = Target.Rollout.Name;
        }
        else if (change.Labelled is false)
        {
            labels.Remove(Marks.RolloutLabel);
        }

        Change(
            set with
            {
                Replicas = change.Replicas ?? set.Replicas,
                MinReadySeconds = change.MinReadySeconds ?? set.MinReadySeconds,
                Meta = Noted(set.Meta, change.Annotations) with { Owners = change.Owner is { } owner ? [owner] : set.Meta.Owners, Labels = labels },
            },
            isSpec: change.Replicas is not null || change.MinReadySeconds is not null);
    }

    private ObjectMeta Next(ObjectMeta meta, bool isSpec) =>
        meta with { ResourceVersion = (++_version).ToString(), Generation = meta.Generation + (isSpec ? 1 : 0) };

    private static ObjectMeta Noted(ObjectMeta meta, EquatableArray<Annotation> annotations)
    {
        var all = new Dictionary<string, string>(meta.Annotations);
        foreach (var annotation in annotations)
        {
            if (annotation.Value is null)
            {
                all.Remove(annotation.Key);
            }
            else
            {
                all[annotation.Key] = annotation.Value;
            }
        }

        return meta with { Annotations = all };
    }
}
