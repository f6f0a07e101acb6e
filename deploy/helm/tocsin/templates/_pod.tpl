{{/* What the pods of the processes and of provisioning have in common. */}}
{{- define "tocsin.podBasics" -}}
serviceAccountName: {{ .Values.serviceAccountName }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext: {{ toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "tocsin.containerBasics" -}}
image: {{ include "tocsin.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* The pod of one process. */}}
{{- define "tocsin.pod" -}}
{{- $root := .root -}}
{{- $stage := .stage -}}
{{- $values := $root.Values -}}
{{- $process := index $values.processes $stage -}}
{{- $pushes := and (eq $stage "ingestion") $values.push.enabled -}}
{{- $links := and (has $stage (list "notify" "api")) $values.secrets.link.secret -}}
{{- $websub := and $pushes $values.push.websubCallback -}}
{{- $own := dict "ingestion" $values.secrets.sources "notify" $values.secrets.channels -}}
{{- $secret := get $own $stage -}}
{{- $config := or $values.config.files $values.config.configMaps $values.config.existingClaim -}}
{{ include "tocsin.podBasics" $root }}
terminationGracePeriodSeconds: 30 # 10 s to drain, 5 s to leave the endpoints, and a reserve
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {{ include "tocsin.selector" (dict "root" $root "stage" $stage) | fromYaml | toJson }}}
  {{- end }}
containers:
  - name: {{ $stage }}
    {{- include "tocsin.containerBasics" $root | nindent 4 }}
    args: [run, {{ $stage }}]
    env:
      - {name: TOCSIN_CONFIG, value: /etc/tocsin}
      - {name: TOCSIN_DEPLOYMENT, value: {{ $values.deployment | quote }}}
      - name: TOCSIN_INSTANCE
        valueFrom: {fieldRef: {fieldPath: metadata.name}}
      - {name: TOCSIN_HOST, value: {{ $values.listen | quote }}}
      {{- include "tocsin.kafkaEnv" $root | nindent 6 }}
      {{- with $values.contact }}
      - {name: TOCSIN_CONTACT, value: {{ . | quote }}}
      {{- end }}
      {{- with $values.publicUrl }}
      - {name: TOCSIN_PUBLIC_URL, value: {{ . | quote }}}
      {{- end }}
      {{- if eq $stage "api" }}
      - {name: TOCSIN_API_HOST, value: {{ $values.listen | quote }}}
      - {name: TOCSIN_DATA, value: /var/lib/tocsin}
      {{- end }}
      {{- if $pushes }}
      - {name: TOCSIN_PUSH_HOST, value: {{ $values.listen | quote }}}
      {{- end }}
      {{- if $websub }}
      - {name: TOCSIN_WEBSUB_CALLBACK, value: {{ $values.push.websubCallback | quote }}}
      - {name: TOCSIN_WEBSUB_SECRET_FILE, value: /run/secrets/websub/secret}
      {{- end }}
      {{- if $links }}
      - {name: TOCSIN_LINK_SECRET_FILE, value: /run/secrets/link/secret}
      {{- end }}
      {{- with concat $values.env $process.env }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - {name: health, containerPort: 8080}
      {{- if eq $stage "api" }}
      - {name: http, containerPort: 8070}
      {{- end }}
      {{- if $pushes }}
      - {name: push, containerPort: 8090}
      {{- end }}
    startupProbe: # it may compile 100,000 watches first
      httpGet: {path: /healthz, port: health}
      periodSeconds: 2
      timeoutSeconds: 5
      failureThreshold: 60
    livenessProbe: # that it stands still it sees itself, and ends
      httpGet: {path: /healthz, port: health}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    readinessProbe:
      httpGet: {path: /readyz, port: health}
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 2
    {{- if or (eq $stage "api") $pushes }}
    lifecycle: # nobody is sent here any more by the time that it stops
      preStop: {sleep: {seconds: 5}}
    {{- end }}
    resources: {{ toYaml $process.resources | nindent 6 }}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
      {{- if eq $stage "api" }}
      - {name: data, mountPath: /var/lib/tocsin}
      {{- end }}
      {{- if $config }}
      - {name: config, mountPath: /etc/tocsin, readOnly: true}
      {{- end }}
      {{- if include "tocsin.kafkaSecrets" $root }}
      - {name: kafka, mountPath: /run/secrets/kafka, readOnly: true}
      {{- end }}
      {{- if $secret }}
      - {name: secrets, mountPath: /run/secrets/tocsin, readOnly: true}
      {{- end }}
      {{- if $links }}
      - {name: link, mountPath: /run/secrets/link, readOnly: true}
      {{- end }}
      {{- if $websub }}
      - {name: websub, mountPath: /run/secrets/websub, readOnly: true}
      {{- end }}
      {{- with $process.volumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
  {{- if and (eq $stage "api") (not $values.apiStore.persistent) }}
  - name: data
    emptyDir: {sizeLimit: {{ $values.apiStore.size }}}
  {{- end }}
  {{- if $values.config.existingClaim }}
  - name: config
    persistentVolumeClaim: {claimName: {{ $values.config.existingClaim }}, readOnly: true}
  {{- else if $config }}
  - name: config
    projected:
      sources: {{- include "tocsin.configSources" $root | nindent 8 }}
  {{- end }}
  {{- with include "tocsin.kafkaSecrets" $root }}
  - name: kafka
    projected:
      defaultMode: 0440
      sources: {{- . | nindent 8 }}
  {{- end }}
  {{- with $secret }}
  - name: secrets
    secret: {secretName: {{ . }}, defaultMode: 0440}
  {{- end }}
  {{- if $links }}
  - name: link
    secret:
      secretName: {{ $values.secrets.link.secret }}
      defaultMode: 0440
      items: [{key: {{ $values.secrets.link.key | quote }}, path: secret}]
  {{- end }}
  {{- if $websub }}
  - name: websub
    secret:
      secretName: {{ $values.secrets.websub.secret }}
      defaultMode: 0440
      items: [{key: {{ $values.secrets.websub.key | quote }}, path: secret}]
  {{- end }}
  {{- with $process.volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
