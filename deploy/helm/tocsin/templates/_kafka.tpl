{{/* How the broker is reached, as TOCSIN_KAFKA_*: what is secret by the path of a file. */}}
{{- define "tocsin.kafkaEnv" -}}
{{- $kafka := .Values.kafka -}}
- {name: TOCSIN_KAFKA_BOOTSTRAP_SERVERS, value: {{ $kafka.bootstrapServers | quote }}}
- {name: TOCSIN_KAFKA_SECURITY_PROTOCOL, value: {{ $kafka.security }}}
- {name: TOCSIN_KAFKA_REPLICATION_FACTOR, value: {{ $kafka.replicationFactor | quote }}}
{{- if hasPrefix "SASL" $kafka.security }}
- {name: TOCSIN_KAFKA_SASL_MECHANISM, value: {{ $kafka.sasl.mechanism }}}
- {name: TOCSIN_KAFKA_SASL_USERNAME, value: {{ $kafka.sasl.username | quote }}}
- {name: TOCSIN_KAFKA_SASL_PASSWORD_FILE, value: /run/secrets/kafka/password}
{{- end }}
{{- if $kafka.tls.caSecret }}
- {name: TOCSIN_KAFKA_SSL_CAFILE, value: /run/secrets/kafka/ca.crt}
{{- end }}
{{- if $kafka.tls.clientSecret }}
- {name: TOCSIN_KAFKA_SSL_CERTFILE, value: /run/secrets/kafka/tls.crt}
- {name: TOCSIN_KAFKA_SSL_KEYFILE, value: /run/secrets/kafka/tls.key}
{{- if $kafka.tls.keyPasswordKey }}
- {name: TOCSIN_KAFKA_SSL_KEY_PASSWORD_FILE, value: /run/secrets/kafka/key-password}
{{- end }}
{{- end }}
{{- end -}}

{{/* Its secrets, as sources of a projected volume; empty where there are none. */}}
{{- define "tocsin.kafkaSecrets" -}}
{{- $kafka := .Values.kafka -}}
{{- if hasPrefix "SASL" $kafka.security }}
- secret:
    name: {{ $kafka.sasl.secret }}
    items: [{key: {{ $kafka.sasl.passwordKey | quote }}, path: password}]
{{- end }}
{{- with $kafka.tls.caSecret }}
- secret:
    name: {{ . }}
    items: [{key: {{ $kafka.tls.caKey | quote }}, path: ca.crt}]
{{- end }}
{{- with $kafka.tls.clientSecret }}
- secret:
    name: {{ . }}
    items:
      - {key: {{ $kafka.tls.certKey | quote }}, path: tls.crt}
      - {key: {{ $kafka.tls.keyKey | quote }}, path: tls.key}
      {{- with $kafka.tls.keyPasswordKey }}
      - {key: {{ . | quote }}, path: key-password}
      {{- end }}
{{- end }}
{{- end -}}

{{/* The ports of the brokers, as a list of a NetworkPolicy. */}}
{{- define "tocsin.kafkaPorts" -}}
{{- $ports := .Values.networkPolicy.kafka.ports -}}
{{- if not $ports -}}
{{- range splitList "," .Values.kafka.bootstrapServers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" . | int) -}}
{{- end -}}
{{- end -}}
{{- range $ports | uniq }}
- {protocol: TCP, port: {{ . }}}
{{- end }}
{{- end -}}
