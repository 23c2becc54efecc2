{{- define "holdfast.labels" -}}
app.kubernetes.io/name: holdfast
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "holdfast.selector" -}}
app.kubernetes.io/name: holdfast
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "holdfast.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "holdfast.runtimeHost" -}}
{{ .Release.Name }}-ollama
{{- end }}

{{/* What every container of Holdfast has. */}}
{{- define "holdfast.env" -}}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.database.existingSecret }}, key: url } }
- name: DATABASE_DIRECT_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.database.existingSecret }}, key: directUrl, optional: true } }
- name: HOLDFAST_PAYLOAD_KEY_FILE
  value: /secrets/payload/payload.key
{{- if has "ca.crt" .Values.temporal.secretKeys }}
- { name: TEMPORAL_TLS_CA_FILE, value: /secrets/temporal/ca.crt }
{{- end }}
{{- if has "tls.crt" .Values.temporal.secretKeys }}
- { name: TEMPORAL_TLS_CERT_FILE, value: /secrets/temporal/tls.crt }
{{- end }}
{{- if has "tls.key" .Values.temporal.secretKeys }}
- { name: TEMPORAL_TLS_KEY_FILE, value: /secrets/temporal/tls.key }
{{- end }}
{{- if has "apiKey" .Values.temporal.secretKeys }}
- { name: TEMPORAL_API_KEY_FILE, value: /secrets/temporal/apiKey }
{{- end }}
{{- end }}

{{- define "holdfast.mounts" -}}
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
- { name: payload-key, mountPath: /secrets/payload, readOnly: true }
{{- if .Values.temporal.existingSecret }}
- { name: temporal, mountPath: /secrets/temporal, readOnly: true }
{{- end }}
{{- end }}

{{- define "holdfast.volumes" -}}
- name: data
  persistentVolumeClaim: { claimName: {{ .Values.data.existingClaim | default (printf "%s-data" .Release.Name) }} }
- name: tmp
  emptyDir: {}
- name: payload-key
  secret: { secretName: {{ .Values.payloadKey.existingSecret }}, defaultMode: 0440 }
{{- if .Values.temporal.existingSecret }}
- name: temporal
  secret: { secretName: {{ .Values.temporal.existingSecret }}, defaultMode: 0440 }
{{- end }}
{{- end }}

{{- define "holdfast.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "holdfast.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* What a scraper goes by. */}}
{{- define "holdfast.metricsAnnotations" -}}
prometheus.io/scrape: 'true'
prometheus.io/port: '9465'
prometheus.io/path: /metrics
{{- end }}

{{/* Lets a scrape in to what is given on loopback alone. `port`: where that is. */}}
{{- define "holdfast.metricsDoor" -}}
- name: metrics
  image: {{ include "holdfast.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [node, infra/containers/metrics-door.mjs, '9465', {{ .port | squote }}]
  ports:
    - { name: metrics, containerPort: 9465 }
  securityContext: {{- include "holdfast.containerSecurity" .root | nindent 4 }}
  resources:
    requests: { cpu: 10m, memory: 48Mi }
    limits: { memory: 128Mi }
{{- end }}

{{/* Every role must be with one of the workers: a queue that nobody polls is a run that never ends. */}}
{{- define "holdfast.checkRoles" -}}
{{- $given := list -}}
{{- range .Values.workers }}{{ $given = concat $given .roles }}{{ end -}}
{{- range list "workflows" "model" "tools" "documents" }}
{{- if not (has . $given) }}{{ fail (printf "no worker has the role %s" .) }}{{ end }}
{{- end }}
{{- end }}
