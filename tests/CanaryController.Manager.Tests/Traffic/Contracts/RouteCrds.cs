namespace CanaryController.Manager.Tests.Traffic.Contracts;

/// <summary>The parts of other systems' CRDs that matter here, with their bounds: what those API servers refuse, the stub refuses too.</summary>
internal static class RouteCrds
{
    /// <summary>HTTPProxy, as Contour 1.33 has it: name and port are required, a weight is an int64 from 0 on, and the status is a subresource.</summary>
    public const string HttpProxy = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: httpproxies.projectcontour.io}
        spec:
          group: projectcontour.io
          scope: Namespaced
          names: {kind: HTTPProxy, plural: httpproxies, singular: httpproxy, listKind: HTTPProxyList}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                required: [spec]
                properties:
                  apiVersion: {type: string}
                  kind: {type: string}
                  metadata: {type: object}
                  spec:
                    type: object
                    properties:
                      virtualhost: {type: object, required: [fqdn], properties: {fqdn: {type: string}}}
                      routes:
                        type: array
                        items:
                          type: object
                          properties:
                            conditions:
                              type: array
                              items:
                                type: object
                                properties:
                                  prefix: {type: string}
                                  header:
                                    type: object
                                    required: [name]
                                    properties: {name: {type: string}, exact: {type: string}, regex: {type: string}, present: {type: boolean}, contains: {type: string}}
                            services:
                              type: array
                              items:
                                type: object
                                required: [name, port]
                                properties:
                                  name: {type: string}
                                  port: {type: integer, minimum: 1, maximum: 65536}
                                  mirror: {type: boolean}
                                  weight: {type: integer, format: int64, minimum: 0}
                                  protocol: {type: string, enum: [h2, h2c, tls]}
                      tcpproxy:
                        type: object
                        properties:
                          services:
                            type: array
                            items:
                              type: object
                              required: [name, port]
                              properties:
                                name: {type: string}
                                port: {type: integer, minimum: 1, maximum: 65536}
                                weight: {type: integer, format: int64, minimum: 0}
                  status:
                    type: object
                    default: {currentStatus: NotReconciled, description: "Waiting for controller"}
                    properties:
                      currentStatus: {type: string}
                      description: {type: string}
                      conditions:
                        type: array
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [type]
                        items:
                          type: object
                          required: [type, status, reason, message, lastTransitionTime]
                          properties:
                            type: {type: string}
                            status: {type: string, enum: ["True", "False", "Unknown"]}
                            reason: {type: string}
                            message: {type: string}
                            lastTransitionTime: {type: string, format: date-time}
                            observedGeneration: {type: integer, format: int64, minimum: 0}
                            errors:
                              type: array
                              items:
                                type: object
                                properties: {type: {type: string}, status: {type: string}, reason: {type: string}, message: {type: string}}
        """;

    /// <summary>TraefikService, IngressRoute and IngressRouteTCP, as Traefik 3.7 has them: a weight is an integer from 0 on, a port a number or a name, and there is no status.</summary>
    public const string Traefik = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: traefikservices.traefik.io}
        spec:
          group: traefik.io
          scope: Namespaced
          names: {kind: TraefikService, plural: traefikservices, singular: traefikservice, listKind: TraefikServiceList}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                required: [metadata, spec]
                properties:
                  apiVersion: {type: string}
                  kind: {type: string}
                  metadata: {type: object}
                  spec:
                    type: object
                    properties:
                      mirroring:
                        type: object
                        required: [name]
                        properties:
                          name: {type: string}
                          kind: {type: string, enum: [Service, TraefikService]}
                          port: {x-kubernetes-int-or-string: true}
                          mirrorBody: {type: boolean}
                          maxBodySize: {type: integer, format: int64}
                          mirrors:
                            type: array
                            items:
                              type: object
                              required: [name]
                              properties:
                                name: {type: string}
                                kind: {type: string, enum: [Service, TraefikService]}
                                namespace: {type: string}
                                port: {x-kubernetes-int-or-string: true}
                                scheme: {type: string}
                                percent: {type: integer}
                      weighted:
                        type: object
                        properties:
                          sticky: {type: object, properties: {cookie: {type: object, properties: {name: {type: string}}}}}
                          services:
                            type: array
                            items:
                              type: object
                              required: [name]
                              properties:
                                name: {type: string}
                                kind: {type: string, enum: [Service, TraefikService]}
                                namespace: {type: string}
                                port: {x-kubernetes-int-or-string: true}
                                scheme: {type: string}
                                weight: {type: integer, minimum: 0}
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: ingressroutes.traefik.io}
        spec:
          group: traefik.io
          scope: Namespaced
          names: {kind: IngressRoute, plural: ingressroutes, singular: ingressroute, listKind: IngressRouteList}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                required: [metadata, spec]
                properties:
                  apiVersion: {type: string}
                  kind: {type: string}
                  metadata: {type: object}
                  spec:
                    type: object
                    required: [routes]
                    properties:
                      entryPoints: {type: array, items: {type: string}}
                      routes:
                        type: array
                        items:
                          type: object
                          required: [match]
                          properties:
                            kind: {type: string, enum: [Rule]}
                            match: {type: string}
                            priority: {type: integer, maximum: 9223372036854774807}
                            syntax: {type: string}
                            middlewares: {type: array, items: {type: object, required: [name], properties: {name: {type: string}, namespace: {type: string}}}}
                            services:
                              type: array
                              items:
                                type: object
                                required: [name]
                                properties:
                                  name: {type: string}
                                  kind: {type: string, enum: [Service, TraefikService]}
                                  namespace: {type: string}
                                  port: {x-kubernetes-int-or-string: true}
                                  weight: {type: integer, minimum: 0}
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: ingressroutetcps.traefik.io}
        spec:
          group: traefik.io
          scope: Namespaced
          names: {kind: IngressRouteTCP, plural: ingressroutetcps, singular: ingressroutetcp, listKind: IngressRouteTCPList}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                required: [metadata, spec]
                properties:
                  apiVersion: {type: string}
                  kind: {type: string}
                  metadata: {type: object}
                  spec:
                    type: object
                    required: [routes]
                    properties:
                      entryPoints: {type: array, items: {type: string}}
                      routes:
                        type: array
                        items:
                          type: object
                          required: [match]
                          properties:
                            match: {type: string}
                            priority: {type: integer, maximum: 9223372036854774807}
                            syntax: {type: string}
                            middlewares: {type: array, items: {type: object, required: [name], properties: {name: {type: string}, namespace: {type: string}}}}
                            services:
                              type: array
                              items:
                                type: object
                                required: [name, port]
                                properties:
                                  name: {type: string}
                                  namespace: {type: string}
                                  port: {x-kubernetes-int-or-string: true}
                                  weight: {type: integer, minimum: 0}
        """;
}
