using System.Text.Json.Nodes;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>What users write for an ordinary service: as large as such texts are, with kubectl's copy of itself in an annotation.</summary>
internal static class Manifests
{
    public static JsonObject Deployment(string ns, string name, string release)
    {
        var made = (JsonObject)JsonNode.Parse("""
            {
              "apiVersion": "apps/v1", "kind": "Deployment",
              "metadata": {"name": "<name>", "namespace": "<ns>", "labels": {"app.kubernetes.io/name": "<name>", "app.kubernetes.io/part-of": "shop", "app.kubernetes.io/managed-by": "Helm", "team": "checkout"}},
              "spec": {
                "replicas": 4, "revisionHistoryLimit": 10,
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}},
                "selector": {"matchLabels": {"app.kubernetes.io/name": "<name>"}},
                "template": {
                  "metadata": {
                    "labels": {"app.kubernetes.io/name": "<name>", "app.kubernetes.io/part-of": "shop", "team": "checkout"},
                    "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9090", "checksum/config": "3f0c1c9c2d1b6c4e8a1f0f8f5a7d9e2b1c3d5e7f9a0b2c4d6e8f0a1b3c5d7e9f"}
                  },
                  "spec": {
                    "serviceAccountName": "<name>", "terminationGracePeriodSeconds": 30,
                    "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
                    "containers": [{
                      "name": "app", "image": "registry.example.org/shop/<name>:<release>",
                      "args": ["serve", "--listen=:8080", "--metrics=:9090"],
                      "env": [
                        {"name": "RELEASE", "value": "<release>"}, {"name": "LOG_LEVEL", "value": "info"},
                        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                        {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "<name>-database", "key": "url"}}},
                        {"name": "QUEUE_URL", "value": "amqp://queue.<ns>.svc:5672"}, {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://collector.monitoring.svc:4317"}
                      ],
                      "ports": [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}],
                      "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                      "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 5},
                      "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "periodSeconds": 10},
                      "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
                      "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}, {"name": "tmp", "mountPath": "/tmp"}]
                    }],
                    "volumes": [{"name": "config", "configMap": {"name": "<name>-config"}}, {"name": "tmp", "emptyDir": {}}]
                  }
                }
              }
            }
            """.Replace("<name>", name, StringComparison.Ordinal).Replace("<ns>", ns, StringComparison.Ordinal).Replace("<release>", release, StringComparison.Ordinal))!;
        return Applied(made);
    }

    public static JsonObject Service(string ns, string name) => Applied(Fill(ns, name, """
        {
          "apiVersion": "v1", "kind": "Service",
          "metadata": {"name": "<name>", "namespace": "<ns>", "labels": {"app.kubernetes.io/name": "<name>", "team": "checkout"}},
          "spec": {"selector": {"app.kubernetes.io/name": "<name>"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}]}
        }
        """));

    public static JsonObject Route(string ns, string name) => Applied(Fill(ns, name, """
        {
          "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
          "metadata": {"name": "<name>", "namespace": "<ns>", "labels": {"app.kubernetes.io/name": "<name>"}},
          "spec": {
            "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "infra"}],
            "hostnames": ["<name>.example.org"],
            "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [{"group": "", "kind": "Service", "name": "<name>", "port": 80, "weight": 1}], "timeouts": {"request": "10s"}}]
          }
        }
        """));

    /// <summary>Two metrics, each with a threshold and a comparison.</summary>
    public const string Analysis = """
        {
          "source": "Gateway",
          "metrics": [
            {"name": "success-rate", "builtin": "RequestSuccessRate", "threshold": {"min": 99}, "compare": {"to": "Stable", "tolerate": 1.2}},
            {"name": "latency", "builtin": "RequestDuration", "quantile": 0.99, "threshold": {"max": "250ms"}, "compare": {"to": "Stable", "tolerate": 1.2}}
          ]
        }
        """;

    /// <summary>A Rollout.</summary>
    /// <param name="ns">Its namespace.</param>
    /// <param name="name">Its name, and its Deployment's, Service's and route's.</param>
    /// <param name="steps">Its steps, as JSON.</param>
    /// <param name="analysis">Its analysis, as JSON.</param>
    public static JsonObject Rollout(string ns, string name, string steps, string analysis) => Applied(Fill(ns, name, """
        {
          "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout",
          "metadata": {"name": "<name>", "namespace": "<ns>", "labels": {"app.kubernetes.io/name": "<name>", "team": "checkout"}},
          "spec": {
            "workload": {"kind": "Deployment", "name": "<name>", "progressDeadline": "10m"},
            "service": {"name": "<name>", "port": 80},
            "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "<name>"}]}},
            "strategy": {"steps": <steps>, "drainDelay": "1s"},
            "analysis": <analysis>
          }
        }
        """.Replace("<steps>", steps, StringComparison.Ordinal).Replace("<analysis>", analysis, StringComparison.Ordinal)));

    /// <summary>The least that serves as an HTTPRoute.</summary>
    public const string RouteDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: httproutes.gateway.networking.k8s.io, annotations: {api-approved.kubernetes.io: 'unapproved, for benchmarks'}}
        spec:
          group: gateway.networking.k8s.io
          scope: Namespaced
          names: {kind: HTTPRoute, listKind: HTTPRouteList, plural: httproutes, singular: httproute}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {rules: {type: array, x-kubernetes-list-type: atomic, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
                  status: {type: object, x-kubernetes-preserve-unknown-fields: true}

        """;

    private static JsonObject Fill(string ns, string name, string text) =>
        (JsonObject)JsonNode.Parse(text.Replace("<name>", name, StringComparison.Ordinal).Replace("<ns>", ns, StringComparison.Ordinal))!;

    private static JsonObject Applied(JsonObject made)
    {
        made["metadata"]!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/last-applied-configuration"] = made.ToJsonString() + "\n" };
        return made;
    }
}
