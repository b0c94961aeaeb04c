{{- define "canary.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "canary.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "canary.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "canary.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* For objects without a namespace: several releases that watch some namespaces each must not meet. */}}
{{- define "canary.clusterName" -}}
{{- if .Values.namespaces }}
{{- printf "%s-%s" (include "canary.fullname" .) .Release.Namespace | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- include "canary.fullname" . }}
{{- end }}
{{- end }}

{{- define "canary.selectorLabels" -}}
app.kubernetes.io/name: {{ include "canary.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "canary.labels" -}}
{{ include "canary.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "canary.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "canary.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* Of one of the two images: (list . image). */}}
{{- define "canary.image" -}}
{{- $root := index . 0 }}{{ $image := index . 1 }}
{{- if $image.digest }}
{{- printf "%s@%s" $image.repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $image.repository (default $root.Chart.AppVersion $image.tag) }}
{{- end }}
{{- end }}

{{- define "canary.hasApi" -}}
{{- if and .Values.api.tokens .Values.api.tokensSecret }}
{{- fail "api.tokens and api.tokensSecret: set one of them" }}
{{- end }}
{{- if or .Values.api.kubernetesTokens.enabled .Values.api.tokens .Values.api.tokensSecret }}true{{ end }}
{{- end }}

{{- define "canary.secretName" -}}
{{ include "canary.fullname" . }}-admission
{{- end }}

{{- define "canary.certificateName" -}}
{{ include "canary.fullname" . }}-webhook
{{- end }}

{{- /* The controller's whole configuration. */}}
{{- define "canary.config" -}}
{{- $hold := default (ternary "OnChange" "Always" .Values.admission.enabled) .Values.hold }}
{{- $kubernetes := dict "hold" $hold "routers" .Values.routers "requestsPerSecond" .Values.kubernetes.requestsPerSecond "burst" .Values.kubernetes.burst "requestTimeout" .Values.kubernetes.requestTimeout }}
{{- with .Values.namespaces }}
{{- $_ := set $kubernetes "namespaces" . }}
{{- end }}
{{- if .Values.admission.enabled }}
{{- $admission := dict "listen" (printf "https://0.0.0.0:%d" (int .Values.admission.port)) "service" (include "canary.certificateName" .) "secret" (include "canary.secretName" .) }}
{{- if .Values.admission.certManager.enabled }}
{{- $_ := set $admission "configurations" "" }}
{{- $_ := set $admission "certFile" "/etc/canary-controller/tls/tls.crt" }}
{{- $_ := set $admission "keyFile" "/etc/canary-controller/tls/tls.key" }}
{{- else }}
{{- $_ := set $admission "configurations" (include "canary.clusterName" .) }}
{{- end }}
{{- $_ := set $kubernetes "admission" $admission }}
{{- end }}
{{- $prometheus := dict "url" .Values.prometheus.url "timeout" .Values.prometheus.timeout "maxConcurrentQueries" .Values.prometheus.maxConcurrentQueries }}
{{- if .Values.prometheus.bearerToken.secret }}
{{- $_ := set $prometheus "bearerTokenFile" "/etc/canary-controller/prometheus/token" }}
{{- end }}
{{- $api := dict "listen" (printf "http://%s:%d" (ternary "0.0.0.0" "127.0.0.1" (eq (include "canary.hasApi" .) "true")) (int .Values.api.port)) }}
{{- with .Values.api.kubernetesTokens }}
{{- $cluster := dict "enabled" .enabled }}
{{- if .enabled }}
{{- $_ := set $cluster "cacheFor" .cacheFor }}
{{- with .audiences }}
{{- $_ := set $cluster "audiences" . }}
{{- end }}
{{- end }}
{{- $_ := set $api "kubernetesTokens" $cluster }}
{{- end }}
{{- with .Values.api.tokens }}
{{- $_ := set $api "tokens" . }}
{{- end }}
{{- $keys := list }}
{{- range .Values.approvals.webhookKeys }}
{{- $key := dict "name" .name "file" (printf "/etc/canary-controller/approvals/%s/key" .name) }}
{{- with .namespaces }}
{{- $_ := set $key "namespaces" . }}
{{- end }}
{{- $keys = append $keys $key }}
{{- end }}
{{- $approvals := dict "webhooks" (dict "keys" $keys) }}
{{- $slack := dict "operators" .Values.approvals.slackOperators }}
{{- dict "mode" "Kubernetes" "kubernetes" $kubernetes "prometheus" $prometheus "api" $api "probes" (dict "listen" (printf "http://0.0.0.0:%d" (int .Values.probes.port))) "approvals" $approvals "slack" $slack "outbound" .Values.outbound "logging" .Values.logging "workers" .Values.workers "rollouts" (dict "maxUnderWay" (int .Values.rollouts.maxUnderWay)) | toYaml }}
{{- end }}

{{- /* What every container may do: nothing. */}}
{{- define "canary.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
readOnlyRootFilesystem: true
{{- end }}

{{- define "canary.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
seccompProfile: {type: RuntimeDefault}
{{- end }}
