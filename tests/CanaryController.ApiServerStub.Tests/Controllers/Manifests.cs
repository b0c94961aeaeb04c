using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>Makes objects for tests.</summary>
internal static class Manifests
{
    public static JsonObject Make(string apiVersion, string kind, string name, JsonObject? spec)
    {
        var item = new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Cluster.Namespace },
        };
        if (spec is not null)
        {
            item["spec"] = spec;
        }

        return item;
    }

    public static JsonObject Template(string image, string? hash = null)
    {
        var labels = new JsonObject { ["app"] = Cluster.Name };
        if (hash is not null)
        {
            labels[PodTemplate.HashLabel] = hash;
        }

        return new()
        {
            ["metadata"] = new JsonObject { ["labels"] = labels },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = image }) },
        };
    }

    public static JsonObject RollingUpdate(JsonNode maxSurge, JsonNode maxUnavailable) => new()
    {
        ["type"] = "RollingUpdate",
        ["rollingUpdate"] = new JsonObject { ["maxSurge"] = maxSurge, ["maxUnavailable"] = maxUnavailable },
    };

    public static JsonObject Recreate() => new() { ["type"] = "Recreate" };

    public static JsonObject ReplicaSet(string name, string image, int replicas, JsonObject? holder)
    {
        var item = Make("apps/v1", "ReplicaSet", name, new()
        {
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = Cluster.Name, [PodTemplate.HashLabel] = name } },
            ["template"] = Template(image, name),
        });
        item.Child("metadata")["labels"] = new JsonObject { ["app"] = Cluster.Name, [PodTemplate.HashLabel] = name };
        if (holder is not null)
        {
            item.Child("metadata")["ownerReferences"] = new JsonArray(Owner(holder));
        }

        return item;
    }

    /// <summary>A controller reference as the canary controller makes it: it blocks nothing.</summary>
    public static JsonObject Owner(JsonObject owner)
    {
        var reference = ObjectFields.ControllerReferenceTo(owner);
        reference.Remove("blockOwnerDeletion");
        return reference;
    }

    public static string? Image(JsonObject rs) => rs.Items("spec", "template", "spec", "containers").First().Text("image");

    /// <summary>The hand over: in one write the Deployment becomes the owner, the size is the Deployment's, and the annotations say so.</summary>
    public static void HandOver(JsonObject rs, JsonObject deployment, int maxSurge, bool annotate)
    {
        var replicas = deployment.Count("spec", "replicas");
        rs.Child("spec")["replicas"] = replicas;
        if (annotate)
        {
            rs.Annotations()["deployment.kubernetes.io/desired-replicas"] = replicas.ToString(CultureInfo.InvariantCulture);
            rs.Annotations()["deployment.kubernetes.io/max-replicas"] = (replicas + maxSurge).ToString(CultureInfo.InvariantCulture);
        }

        rs.Child("metadata")["ownerReferences"] = new JsonArray(Owner(deployment));
    }
}
