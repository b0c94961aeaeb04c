using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>New objects, as they are sent. Pure.</summary>
internal static class WorkloadBodies
{
    /// <summary>Not copied from a Deployment to its ReplicaSets: its controller counts revisions there, and kubectl's copy of the whole object is not the ReplicaSet's.</summary>
    private static readonly string[] NotCopied = ["deployment.kubernetes.io/", "kubectl.kubernetes.io/", "canarycontroller.io/", "deprecated.deployment.rollback.to"];

    public static JsonObject Holder(WorkloadTarget target, WorkloadAction.CreateHolder action, JsonObject? template)
    {
        var labels = new JsonObject { [Marks.RolloutLabel] = target.Rollout.Name };
        if (action.Revision is not null)
        {
            labels[HolderObject.RevisionLabel] = action.Revision;
        }

        return new()
        {
            ["apiVersion"] = ObjectKind.ControllerRevision.ApiVersion,
            ["kind"] = ObjectKind.ControllerRevision.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = action.Name.Name,
                ["namespace"] = action.Name.Namespace,
                ["labels"] = labels,
                ["annotations"] = new JsonObject { [Marks.FenceAnnotation] = action.Fence },
            },
            ["revision"] = 1,
            ["data"] = template is null ? new JsonObject { ["rollout"] = target.Rollout.Name } : new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
        };
    }

    /// <summary>As the Deployment controller would make it, but for its name and owner.</summary>
    public static JsonObject Set(WorkloadTarget target, WorkloadAction.CreateSet action, JsonObject template, JsonObject deployment)
    {
        var labels = template["metadata"]?["labels"]?.DeepClone() as JsonObject ?? [];
        labels[Marks.PodTemplateHash] = action.Revision;
        if (template["metadata"] is not JsonObject metadata)
        {
            template["metadata"] = metadata = [];
        }

        metadata["labels"] = labels.DeepClone();
        var selector = deployment["spec"]?["selector"]?.DeepClone() as JsonObject ?? [];
        if (selector["matchLabels"] is not JsonObject matchLabels)
        {
            selector["matchLabels"] = matchLabels = [];
        }

        matchLabels[Marks.PodTemplateHash] = action.Revision;
        if (action.Owner.Kind == ObjectKind.ControllerRevision.Kind)
        {
            labels[Marks.RolloutLabel] = target.Rollout.Name;
        }

        return new()
        {
            ["apiVersion"] = ObjectKind.ReplicaSet.ApiVersion,
            ["kind"] = ObjectKind.ReplicaSet.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = action.Name.Name,
                ["namespace"] = action.Name.Namespace,
                ["labels"] = labels,
                ["annotations"] = Annotations(deployment, action.Annotations),
                ["ownerReferences"] = Owners(action.Owner),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = action.Replicas,
                ["minReadySeconds"] = action.Deployment.MinReadySeconds,
                ["selector"] = selector,
                ["template"] = template,
            },
        };
    }

    public static JsonObject Service(WorkloadTarget target, WorkloadAction.CreateService action) => new()
    {
        ["apiVersion"] = ObjectKind.Service.ApiVersion,
        ["kind"] = ObjectKind.Service.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = action.Name.Name,
            ["namespace"] = action.Name.Namespace,
            ["labels"] = ServiceLabels(target),
            ["annotations"] = Pairs(action.Annotations),
        },
        ["spec"] = new JsonObject { ["selector"] = Selector(action.Selector), ["ports"] = Ports(action.Ports) },
    };

    private static JsonObject ServiceLabels(WorkloadTarget target)
    {
        var labels = new JsonObject { [Marks.RolloutLabel] = target.Rollout.Name };
        if (target.IsOfConsul)
        {
            labels[WorkloadMarks.IgnoredByConsul] = "true";
        }

        return labels;
    }

    public static JsonArray Owners(ObjectOwner owner) =>
    [
        new JsonObject { ["apiVersion"] = owner.ApiVersion, ["kind"] = owner.Kind, ["name"] = owner.Name, ["uid"] = owner.Uid, ["controller"] = owner.IsController },
    ];

    public static JsonObject Selector(IReadOnlyDictionary<string, string> selector) =>
        new(selector.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    public static JsonArray Ports(EquatableArray<ServicePort> ports) => [.. ports.Select(Port)];

    /// <summary>Annotations that are set, of an object that has none yet.</summary>
    public static JsonObject Pairs(EquatableArray<Annotation> annotations) =>
        new(annotations.Where(each => each.Value is not null).Select(each => KeyValuePair.Create(each.Key, (JsonNode?)each.Value)));

    private static JsonNode Port(ServicePort port)
    {
        var body = new JsonObject
        {
            ["port"] = port.Port,
            ["protocol"] = port.Protocol,
            ["targetPort"] = int.TryParse(port.TargetPort, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : port.TargetPort,
        };
        if (port.Name is not null)
        {
            body["name"] = port.Name;
        }

        if (port.AppProtocol is not null)
        {
            body["appProtocol"] = port.AppProtocol;
        }

        return body;
    }

    private static JsonObject Annotations(JsonObject deployment, EquatableArray<Annotation> own)
    {
        var all = Pairs(own);
        if (deployment["metadata"]?["annotations"] is JsonObject theirs)
        {
            foreach (var (key, value) in theirs)
            {
                if (!Array.Exists(NotCopied, prefix => key.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    all[key] = value?.DeepClone();
                }
            }
        }

        return all;
    }
}
