{{/* The files of `config.files` by their first folder: a ConfigMap holds 1 MiB, so each folder has one of its own. */}}
{{- define "tocsin.configParts" -}}
{{- $parts := dict -}}
{{- range $path, $text := .Values.config.files -}}
{{- $part := "settings" -}}
{{- if contains "/" $path -}}{{- $part = splitList "/" $path | first -}}{{- end -}}
{{- $_ := set $parts $part (set (get $parts $part | default dict) $path $text) -}}
{{- end -}}
{{- toJson $parts -}}
{{- end -}}

{{/* All of the folder, as sources of one projected volume: it is swapped as a whole, and read while processes run. */}}
{{- define "tocsin.configSources" -}}
{{- $root := . -}}
{{- range $part, $files := include "tocsin.configParts" . | fromJson }}
- configMap:
    name: {{ include "tocsin.fullname" $root }}-config-{{ $part }}
    items:
      {{- range $path, $_ := $files }}
      - {key: {{ include "tocsin.key" $path }}, path: {{ $path | quote }}}
      {{- end }}
{{- end }}
{{- range .Values.config.configMaps }}
- configMap: {{ toYaml . | nindent 4 }}
{{- end }}
{{- end -}}
