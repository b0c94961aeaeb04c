{{- /* The objects that the routers of the value "routers" divide: API group and resources. The Gateway API's are there once, however many routers divide them. */}}
{{- define "canary.routeResources" -}}
{{- $gateway := list }}
{{- if has "GatewayAPI" .Values.routers }}{{ $gateway = list "httproutes" "grpcroutes" "tcproutes" }}{{ else if has "Linkerd" .Values.routers }}{{ $gateway = list "httproutes" "grpcroutes" }}{{ end }}
{{- $all := list (dict "group" "gateway.networking.k8s.io" "resources" $gateway) }}
{{- $others := dict "Istio" (dict "group" "networking.istio.io" "resources" (list "virtualservices")) "Linkerd" (dict "group" "policy.linkerd.io" "resources" (list "httproutes")) "SMI" (dict "group" "split.smi-spec.io" "resources" (list "trafficsplits")) "Traefik" (dict "group" "traefik.io" "resources" (list "traefikservices" "ingressroutes" "ingressroutetcps")) "Contour" (dict "group" "projectcontour.io" "resources" (list "httpproxies")) "Consul" (dict "group" "consul.hashicorp.com" "resources" (list "servicesplitters" "servicerouters")) }}
{{- range $router, $resources := $others }}
{{- if has $router $.Values.routers }}{{ $all = append $all $resources }}{{ end }}
{{- end }}
{{- $named := list }}
{{- range $all }}{{ if .resources }}{{ $named = append $named . }}{{ end }}{{ end }}
{{- toJson $named }}
{{- end }}

{{- /* What the controller may do where it watches. docs/operations/permissions.md says why; a test compares the two. */}}
{{- define "canary.watchedRules" -}}
- apiGroups: [canarycontroller.io]
  resources: [rollouts]
  verbs: [get, list, watch, patch]
- apiGroups: [canarycontroller.io]
  resources: [rolloutcommands, approvals]
  verbs: [list, watch, delete]
- apiGroups: [canarycontroller.io]
  resources: {{ if .Values.namespaces }}[metrictemplates]{{ else }}[metrictemplates, clustermetrictemplates, clusterfreezewindows]{{ end }}
  verbs: [list, watch]
- apiGroups: [canarycontroller.io]
  resources: [freezewindows]
  verbs: [list, watch, create, delete]
- apiGroups: [canarycontroller.io]
  resources: [notificationchannels]
  verbs: [list, watch]
{{- with .Values.notifications.secrets }}
- apiGroups: [""]
  resources: [secrets]
  resourceNames: {{ toJson . }}
  verbs: [get]
{{- end }}
- apiGroups: [canarycontroller.io]
  resources: [rollouts/status, rolloutcommands/status, approvals/status]
  verbs: [patch]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, patch]
- apiGroups: [apps]
  resources: [replicasets, controllerrevisions]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [list, watch]
{{- range fromJsonArray (include "canary.routeResources" .) }}
- apiGroups: [{{ .group }}]
  resources: {{ toJson .resources }}
  verbs: [get, list, watch, patch]
{{- end }}
{{- if has "GatewayAPI" .Values.routers }}
- apiGroups: [gateway.networking.k8s.io]
  resources: [backendtlspolicies]
  verbs: [list, watch]
{{- end }}
{{- if has "Linkerd" .Values.routers }}
- apiGroups: [linkerd.io]
  resources: [serviceprofiles]
  verbs: [list, watch]
{{- end }}
{{- if has "Istio" .Values.routers }}
- apiGroups: [networking.istio.io]
  resources: [destinationrules]
  verbs: [get, list, watch, patch]
- apiGroups: [security.istio.io]
  resources: [peerauthentications]
  verbs: [list, watch]
{{- end }}
{{- if has "Consul" .Values.routers }}
- apiGroups: [consul.hashicorp.com]
  resources: [serviceresolvers]
  verbs: [get, list, watch, patch]
- apiGroups: [consul.hashicorp.com]
  resources: [serviceintentions]
  verbs: [list, watch]
{{- end }}
{{- if has "IngressNginx" .Values.routers }}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}

{{- /* In the controller's own namespace. A create cannot be limited to a name. */}}
{{- define "canary.ownRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [canary-controller]
  verbs: [get, patch]
{{- if .Values.admission.enabled }}
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ include "canary.secretName" . }}]
  verbs: [get, list, watch, patch]
{{- end }}
{{- end }}

{{- /* Without a namespace: keeping the caBundle of our own webhook configurations. */}}
{{- define "canary.webhookRules" -}}
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations, validatingwebhookconfigurations]
  resourceNames: [{{ include "canary.clusterName" . }}]
  verbs: [get, list, watch, patch]
{{- end }}

{{- /* Without a namespace: asking the cluster who calls the API, and what they may. */}}
{{- define "canary.callerRules" -}}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}
