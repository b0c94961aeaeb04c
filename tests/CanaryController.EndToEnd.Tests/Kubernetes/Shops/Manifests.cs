using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops;

/// <summary>What the users of the cluster write: an ordinary Deployment, a Service, a route, and the Rollout.</summary>
internal sealed class Manifests(string ns, string name, ShopOptions options)
{
    /// <summary>The container's image on a real cluster; it has a <c>sleep</c>.</summary>
    public const string ImageVariable = "CANARY_E2E_IMAGE";

    private static readonly string _image = Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image ? image : "busybox:1.36";

    /// <summary>The Deployment. Releases differ by a label and a variable of their templates.</summary>
    public JsonObject Deployment(string release, int replicas, string? deployment = null)
    {
        var made = Fill("""
            {
              "apiVersion": "apps/v1", "kind": "Deployment",
              "metadata": {"name": "<deployment>", "namespace": "<namespace>", "labels": {"app": "<name>"}},
              "spec": {
                "replicas": <replicas>,
                "minReadySeconds": <minReadySeconds>,
                "revisionHistoryLimit": <revisionHistoryLimit>,
                "strategy": <strategy>,
                "selector": {"matchLabels": {"app": "<name>"}}
              }
            }
            """,
            ("deployment", deployment ?? name),
            ("replicas", $"{replicas}"),
            ("minReadySeconds", $"{options.MinReadySeconds}"),
            ("revisionHistoryLimit", $"{options.RevisionHistoryLimit}"),
            ("strategy", options.Strategy));
        made["spec"]!["template"] = Template(release);
        return Select(made, release, "spec", "selector", "matchLabels");
    }

    /// <summary>A pod template.</summary>
    public JsonObject Template(string release, bool isReady = true)
    {
        var template = Fill("""
            {
              "metadata": {"labels": {"app": "<name>", "release": "<release>"}},
              "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [{
                  "name": "shop", "image": "<image>", "command": ["sleep", "86400"],
                  "env": [{"name": "RELEASE", "value": "<release>"}],
                  "ports": [{"name": "http", "containerPort": 8080}]
                }]
              }
            }
            """,
            ("release", release),
            ("image", _image));
        if (!isReady)
        {
            template["metadata"]!["annotations"] = new JsonObject { ["sim/ready"] = "false" };
        }

        return template;
    }

    /// <summary>The apex Service; for External one of the two.</summary>
    public JsonObject Service(string? release = null) => Select(
        Fill("""
            {
              "apiVersion": "v1", "kind": "Service",
              "metadata": {"name": "<service>", "namespace": "<namespace>", "labels": {"app": "<name>"}},
              "spec": {"selector": {"app": "<name>"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}]}
            }
            """,
            ("service", release is null ? name : $"{name}-{release}")),
        release,
        "spec", "selector");

    /// <summary>The route.</summary>
    public JsonObject Route()
    {
        var form = options.Form ?? throw new InvalidOperationException($"{options.Router} has no route.");
        return Object(form.Kind, form.Spec);
    }

    /// <summary>What the subsets are added to.</summary>
    public JsonObject Companion(KubeKind kind) => Object(kind, options.Form!.CompanionSpec);

    private JsonObject Object(KubeKind kind, string spec) => Fill(
        """
        {"apiVersion": "<apiVersion>", "kind": "<kind>", "metadata": {"name": "<name>", "namespace": "<namespace>", "labels": {"app": "<name>"}}, "spec": <spec>}
        """,
        ("apiVersion", kind.ApiVersion),
        ("kind", kind.Kind),
        ("spec", Fill(spec, ("backend", options.IsExternal ? $"{name}-v1" : name)).ToJsonString()));

    /// <summary>The Rollout.</summary>
    public JsonObject Rollout()
    {
        var rollout = Fill("""
            {
              "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout",
              "metadata": {"name": "<name>", "namespace": "<namespace>", "labels": {"app": "<name>"}},
              "spec": {
                "workload": {"kind": "Deployment", "name": "<name>", "progressDeadline": "<progressDeadline>"},
                "service": {"name": "<name>", "port": 80},
                "traffic": {"router": "<router>"},
                "strategy": {"steps": <steps>, "drainDelay": "1s"}
              }
            }
            """,
            ("progressDeadline", options.ProgressDeadline),
            ("router", options.Router),
            ("steps", options.Steps));
        var spec = rollout["spec"]!;
        if (options.IsExternal)
        {
            spec["workload"] = Fill("""{"kind": "External", "versions": {"stable": "<name>-v1"}}""");
        }

        if (options.Form is { } form)
        {
            var (section, content) = form.Section(options.IsBySubset);
            spec["traffic"]![section] = Fill(content);
        }

        if (options.Analysis is { } analysis)
        {
            spec["analysis"] = JsonNode.Parse(analysis);
        }

        if (options.Channels.Count > 0)
        {
            spec["notifications"] = new JsonObject { ["channels"] = new JsonArray([.. options.Channels.Select(channel => (JsonNode)channel)]) };
        }

        return rollout;
    }

    // Of External versions each is chosen by its release.
    private JsonObject Select(JsonObject item, string? release, params ReadOnlySpan<string> path)
    {
        if (options.IsExternal && release is not null)
        {
            item.At(path)!["release"] = release;
        }

        return item;
    }

    private JsonObject Fill(string text, params ReadOnlySpan<(string Name, string Value)> values)
    {
        text = text.Replace("<name>", name, StringComparison.Ordinal).Replace("<namespace>", ns, StringComparison.Ordinal);
        foreach (var (variable, value) in values)
        {
            text = text.Replace($"<{variable}>", value, StringComparison.Ordinal);
        }

        return (JsonObject)JsonNode.Parse(text)!;
    }
}
