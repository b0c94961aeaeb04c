using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using YamlDotNet.Serialization;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>The CustomResourceDefinitions that the tests need: those that the cluster lacks are added, and removed at the end.</summary>
internal sealed class ClusterDefinitions(KubeClient client)
{
    /// <summary>The least that serves as an HTTPRoute: an atomic list of rules, and a status of its own. For clusters without the Gateway API only.</summary>
    private const string LeastHttpRoute = """
        {
          "apiVersion": "apiextensions.k8s.io/v1",
          "kind": "CustomResourceDefinition",
          "metadata": {
            "name": "httproutes.gateway.networking.k8s.io",
            "annotations": {"api-approved.kubernetes.io": "unapproved, for tests on clusters without the Gateway API"}
          },
          "spec": {
            "group": "gateway.networking.k8s.io",
            "scope": "Namespaced",
            "names": {"kind": "HTTPRoute", "listKind": "HTTPRouteList", "plural": "httproutes", "singular": "httproute"},
            "versions": [{
              "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
              "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {
                  "spec": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                    "properties": {"rules": {"type": "array", "x-kubernetes-list-type": "atomic", "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}
                  },
                  "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
                }
              }}
            }]
          }
        }
        """;

    /// <summary>The same for other kinds.</summary>
    private static string Least(KubeKind kind)
    {
        var (group, version) = (kind.ApiVersion.Split('/')[0], kind.ApiVersion.Split('/')[1]);
        return $$"""
            {
              "apiVersion": "apiextensions.k8s.io/v1",
              "kind": "CustomResourceDefinition",
              "metadata": {"name": "{{kind.Plural}}.{{group}}"},
              "spec": {
                "group": "{{group}}",
                "scope": "Namespaced",
                "names": {"kind": "{{kind.Kind}}", "listKind": "{{kind.Kind}}List", "plural": "{{kind.Plural}}", "singular": "{{kind.Kind.ToLowerInvariant()}}"},
                "versions": [{
                  "name": "{{version}}", "served": true, "storage": true, "subresources": {"status": {} },
                  "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                    "spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                    "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
                  } } }
                }]
              }
            }
            """;
    }

    private static readonly IReadOnlyList<KubeKind> _others = [.. RouteForm.Kinds.Where(kind => kind != KubeKind.HttpRoute && kind != KubeKind.Ingress), .. RouteForm.Companions];

    private readonly List<string> _added = [];

    /// <summary>Adds those that are missing; returns when all are served.</summary>
    public async Task AddAsync(TimeProvider time, CancellationToken cancellation)
    {
        foreach (var definition in (string[])[LeastHttpRoute, .. _others.Select(Least)])
        {
            await AddAsync((JsonObject)JsonNode.Parse(definition)!, cancellation);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml").Order(StringComparer.Ordinal))
        {
            var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(await File.ReadAllTextAsync(file, cancellation));
            await AddAsync((JsonObject)JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(yaml))!, cancellation);
        }

        foreach (var kind in (KubeKind[])[KubeKind.HttpRoute, .. _others, KubeKind.Rollout, KubeKind.RolloutCommand])
        {
            // Served a moment after they are established.
            while (!(await client.GetAsync(kind, "default", "none", cancellation)).Body.At("details", "name")?.ToString().Equals("none", StringComparison.Ordinal) ?? true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
            }
        }
    }

    /// <summary>Removes those that were added.</summary>
    public async Task RemoveAsync(CancellationToken cancellation)
    {
        foreach (var name in _added)
        {
            await client.DeleteAsync(KubeKind.CustomResourceDefinition, null, name, cancellation);
        }
    }

    private async Task AddAsync(JsonObject definition, CancellationToken cancellation)
    {
        var name = definition.Name();
        if ((await client.GetAsync(KubeKind.CustomResourceDefinition, null, name, cancellation)).IsNotFound)
        {
            (await client.CreateAsync(KubeKind.CustomResourceDefinition, null, definition, cancellation)).Done();
            _added.Add(name);
        }
    }
}
