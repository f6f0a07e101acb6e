{{/* The beginning of every name. 40 characters leave room for what follows, and for what Kubernetes adds to pods. */}}
{{- define "tocsin.fullname" -}}
{{- $name := .Release.Name -}}
{{- if not (contains "tocsin" $name) -}}{{- $name = printf "%s-tocsin" $name -}}{{- end -}}
{{- default $name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects pods of this release: (dict "root" $ "stage" "match"); all of them where no stage is given. */}}
{{- define "tocsin.selector" -}}
app.kubernetes.io/name: tocsin
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .stage }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "tocsin.labels" -}}
{{ include "tocsin.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "tocsin.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The api keeps a file of its own: with a volume of its own it is a StatefulSet. */}}
{{- define "tocsin.kind" -}}
{{- if and (eq .stage "api") .root.Values.apiStore.persistent -}}StatefulSet{{- else -}}Deployment{{- end -}}
{{- end -}}

{{- define "tocsin.isScaled" -}}
{{- $process := index .root.Values.processes .stage -}}
{{- if and (ne .root.Values.autoscaling.kind "none") (gt (int $process.maxReplicas) 0) -}}yes{{- end -}}
{{- end -}}

{{/* A key of a ConfigMap has no slash. */}}
{{- define "tocsin.key" -}}
{{- . | replace "/" "__" -}}
{{- end -}}
