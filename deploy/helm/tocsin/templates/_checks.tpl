{{/* What values.schema.json cannot say: each with the fix. */}}
{{- define "tocsin.checks" -}}
{{- $values := .Values -}}
{{- $kafka := $values.kafka -}}
{{- if not $values.image.repository -}}
{{- fail "image.repository: name the image that you built by deploy/Dockerfile, like registry.example/tocsin" -}}
{{- end -}}
{{- if not $kafka.bootstrapServers -}}
{{- fail "kafka.bootstrapServers: name your brokers, like kafka-1.example:9092,kafka-2.example:9092" -}}
{{- end -}}
{{- if and (hasPrefix "SASL" $kafka.security) (not (and $kafka.sasl.username $kafka.sasl.secret)) -}}
{{- fail (printf "kafka.sasl: %s needs username, and secret: the name of an existing Secret that holds the password" $kafka.security) -}}
{{- end -}}
{{- if and (not (hasPrefix "SASL" $kafka.security)) (or $kafka.sasl.username $kafka.sasl.secret) -}}
{{- fail (printf "kafka.sasl: kafka.security is %s, which signs nobody in; set it to SASL_SSL, or empty kafka.sasl" $kafka.security) -}}
{{- end -}}
{{- if and (not (hasSuffix "SSL" $kafka.security)) (or $kafka.tls.caSecret $kafka.tls.clientSecret) -}}
{{- fail (printf "kafka.tls: kafka.security is %s, which is not encrypted; set it to SSL or SASL_SSL, or empty kafka.tls" $kafka.security) -}}
{{- end -}}
{{- if and $kafka.tls.keyPasswordKey (not $kafka.tls.clientSecret) -}}
{{- fail "kafka.tls.keyPasswordKey: there is no kafka.tls.clientSecret to find it in" -}}
{{- end -}}
{{- $scaled := false -}}
{{- $ours := "^TOCSIN_(CONFIG|DATA|DEPLOYMENT|INSTANCE|CONTACT|PUBLIC_URL|((API|PUSH)_)?(HOST|PORT)|(LINK|WEBSUB)_SECRET_FILE|WEBSUB_CALLBACK|KAFKA_(BOOTSTRAP_SERVERS|SECURITY_PROTOCOL|REPLICATION_FACTOR|(SASL|SSL)_.*))$" -}}
{{- range $stage, $process := $values.processes -}}
{{- if and (gt (int $process.maxReplicas) 0) (lt (int $process.maxReplicas) (int $process.replicas)) -}}
{{- fail (printf "processes.%s.maxReplicas: %v is less than its replicas, %v" $stage $process.maxReplicas $process.replicas) -}}
{{- end -}}
{{- if gt (int $process.maxReplicas) 0 -}}{{- $scaled = true -}}{{- end -}}
{{- range concat $values.env $process.env -}}
{{- if and (hasKey . "value") (regexMatch "(PASSWORD|SECRET|TOKEN|HEADERS|CREDENTIALS|_KEY)$" .name) (ne (toString .value) "") -}}
{{- fail (printf "env %s: a secret stands in no values; name an existing Secret: valueFrom: {secretKeyRef: {name: ..., key: ...}}" .name) -}}
{{- end -}}
{{- if regexMatch $ours .name -}}
{{- fail (printf "env %s: the chart sets it; use the value that it is made of, or leave it" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (ne $values.autoscaling.kind "none") (not $scaled) -}}
{{- fail (printf "autoscaling.kind is %s, but nothing is scaled: give a process maxReplicas" $values.autoscaling.kind) -}}
{{- end -}}
{{- if and $values.config.existingClaim (or $values.config.files $values.config.configMaps) -}}
{{- fail "config.existingClaim holds the whole folder: empty config.files and config.configMaps, or the claim" -}}
{{- end -}}
{{- range $part, $files := include "tocsin.configParts" . | fromJson -}}
{{- $size := 0 -}}
{{- range $path, $text := $files -}}{{- $size = add $size (len $path) (len $text) -}}{{- end -}}
{{- if gt $size 1000000 -}}
{{- fail (printf "config.files: those under %s have %d bytes, and a ConfigMap holds 1 MiB; put the folder on a volume: config.existingClaim" $part $size) -}}
{{- end -}}
{{- end -}}
{{- if and $values.ingress.enabled (not $values.ingress.host) -}}
{{- fail "ingress.host: name the host under which people reach the api, like tocsin.example" -}}
{{- end -}}
{{- if and $values.push.ingress.enabled (not (and $values.push.enabled $values.push.ingress.host)) -}}
{{- fail "push.ingress: it needs push.enabled, and a host" -}}
{{- end -}}
{{- if and $values.push.websubCallback (not (and $values.push.enabled $values.secrets.websub.secret)) -}}
{{- fail "push.websubCallback: it needs push.enabled, and secrets.websub.secret: an existing Secret (openssl rand -hex 32)" -}}
{{- end -}}
{{- if and $values.secrets.link.secret (not $values.publicUrl) -}}
{{- fail "secrets.link: links begin with publicUrl, which is empty" -}}
{{- end -}}
{{- end -}}
