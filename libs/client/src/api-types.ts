// Written by `npm run docs` from the OpenAPI document. Change the contracts, not this file.

export type Accepted = { runId: string; status: RunStatus; number: number | null };
export type AccessRole = "viewer" | "operator" | "approver" | "signer" | "admin";
export type AddAddendum = { text: string };
export type AddendumView = { n: number; by: string; at: string; text: string };
export type AgentCard = { name: string; description: string; version: string; supportedInterfaces: { url: string; protocolBinding: string; protocolVersion: string }[]; capabilities: { streaming: boolean; pushNotifications: boolean }; defaultInputModes: string[]; defaultOutputModes: string[]; skills: { id: string; name: string; description: string; tags: string[]; inputModes: string[]; outputModes: string[] }[] };
export type AgentList = { data: AgentView[] };
export type AgentVersionView = { name: string; version: string; title: string; description: string; needsCorpus: boolean; limits: Limits; maxAttempts: number; input: { [key: string]: unknown }; result: { [key: string]: unknown }; tools: { name: string; description: string; kind: string; effect: string; parameters: { [key: string]: unknown } }[]; pinned: { digest: string; firstUsedAt: string; definition: { name: string; version: string; title: string; description: string; needsCorpus: boolean; limits: Limits; maxAttempts: number; input: { [key: string]: unknown }; result: { [key: string]: unknown }; tools: { name: string; description: string; kind: string; effect: string; parameters: { [key: string]: unknown }; timeoutMs: number; approval: { [key: string]: unknown } | null }[]; state: { [key: string]: unknown }; sampling: Sampling; policy: { [key: string]: unknown }; promptDigest: string | null } }[] };
export type AgentView = { name: string; version: string; title: string; description: string; needsCorpus: boolean; limits: Limits; maxAttempts: number; input: { [key: string]: unknown }; result: { [key: string]: unknown }; tools: { name: string; description: string; kind: string; effect: string; parameters: { [key: string]: unknown } }[] };
export type ApprovalList = { data: ApprovalView[]; nextCursor: null };
export type ApprovalView = { id: string; runId: string; step: number; attempt: number; call: number; kind: "call" | "doubt"; tool: string; args: unknown; detail: unknown; digest: string; edited: boolean; status: "pending" | "approved" | "denied" | "expired" | "withdrawn"; comment: string | null; decidedBy: string | null; createdAt: string; expiresAt: string; remindedAt: string | null; decidedAt: string | null };
export type ArtifactPage = { data: ArtifactView[]; nextCursor: string | null };
export type ArtifactView = { id: string; runId: string; step: number; kind: string; title: string; verified: boolean; createdAt: string; content?: unknown; evidence?: Evidence[]; signOff?: SignOffView };
export type AuditCheck = { entries: number; broken: { n: number; why: string } | null };
export type AuditEntry = { n: number; at: string; principalId: string | null; action: "run.created" | "run.read" | "run.deleted" | "step.read" | "artifact.read" | "artifact.exported" | "note.signed" | "note.rejected" | "note.addendum" | "approval.decided" | "key.deleted" | "export.released" | "training.released" | "training.withdrawn" | "training.exported" | "api_key.created" | "api_key.rotated" | "api_key.revoked"; runId: string | null; subject: string | null };
export type AuditPage = { data: AuditEntry[]; nextAfter: number | null };
export type BackfillSchedule = { from: string; to: string; overlap?: "skip" | "buffer_one" | "buffer_all" | "cancel_other" | "terminate_other" | "allow_all" };
export type BatchItemPage = { data: BatchItemView[]; nextCursor: string | null };
export type BatchItemView = { n: number; key: string; state: "pending" | "queued" | "running" | "waiting_approval" | "waiting_input" | "waiting_runtime" | "paused" | "cancelling" | "limit_reached" | "drift_stopped" | "completed" | "failed" | "cancelled" | "timed_out"; tries: number; runId: string | null; result: unknown; failure: Failure | null };
export type BatchPage = { data: BatchView[]; nextCursor: string | null };
export type BatchView = { id: string; name: string | null; agent: string; status: "queued" | "running" | "cancelling" | "completed" | "cancelled"; maxConcurrency: number; scheduleId: string | null; items: { total: number; pending: number; running: number; completed: number; failed: number; cancelled: number }; perMinute: number | null; secondsLeft: number | null; createdAt: string; startedAt: string | null; endedAt: string | null };
export type CancelRun = { mode?: "graceful" | "terminate"; reason?: string };
export type ChatMessage = { role: "system" | "user" | "assistant" | "tool"; content: string; thinking?: string; toolCalls?: { name: string; args: { [key: string]: unknown } }[]; toolName?: string; images?: string[] };
export type CheckpointPage = { data: CheckpointView[]; nextCursor: string | null };
export type CheckpointView = { step: number; parent: number; stateHash: string; worldVersion: number | null; workspaceCommit: string | null; createdAt: string; state?: unknown };
export type Code = { system: string; code: string; display: string };
export type CodeList = { data: Code[]; nextCursor: null };
export type CodecPayloads = { payloads: { metadata?: { [key: string]: string }; data?: string }[] };
export type Comparison = { shared: number; parted: { a: number; b: number }; sameResult: boolean; a: { runId: string; status: RunStatus; head: number; steps: number; promptTokens: number; outputTokens: number; thinkingTokens: number; tools: { [key: string]: number }; drift: { overthinking: number; overacting: number; verdicts: { [key: string]: number } }; result: unknown }; b: { runId: string; status: RunStatus; head: number; steps: number; promptTokens: number; outputTokens: number; thinkingTokens: number; tools: { [key: string]: number }; drift: { overthinking: number; overacting: number; verdicts: { [key: string]: number } }; result: unknown }; steps: { a: { step: number; promptTokens: number; outputTokens: number; tools: string[]; overthinking: number; overacting: number; verdict: string } | null; b: { step: number; promptTokens: number; outputTokens: number; tools: string[]; overthinking: number; overacting: number; verdict: string } | null }[] };
export type CorpusPage = { data: CorpusView[]; nextCursor: string | null };
export type CorpusView = { id: string; name: string; description: string | null; documents: number; passages: number; createdAt: string };
export type CreateBatch = { name?: string; run: { agent: string; corpusId?: string; model?: string; limits?: { maxSteps?: number; maxTokens?: number; maxSeconds?: number; maxToolCalls?: number }; sampling?: Sampling; steering?: RunSteering; drift?: { enabled?: boolean; cooldown?: number; maxEpisodes?: number; mayAsk?: boolean; holdout?: number; judge?: { fromStep: number; suspects: number } | null; ladder?: { [key: string]: { rung: "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate"; times?: number; cooldown?: number; turns?: number; samples?: number }[] }; off?: ("nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate")[]; seed?: number }; webhook?: CreateWebhook; tags: string[] }; maxConcurrency: number; items: { key: string; input: { [key: string]: unknown } }[] };
export type CreateCorpus = { name: string; description?: string };
export type CreateKey = { name: string; roles: AccessRole[]; expiresInDays?: number; requestsPerSecond?: number; principalId?: string };
export type CreateRun = { agent: string; input?: { [key: string]: unknown }; threadId?: string; onBusy?: OnBusy; corpusId?: string; model?: string; limits?: { maxSteps?: number; maxTokens?: number; maxSeconds?: number; maxToolCalls?: number }; sampling?: Sampling; steering?: RunSteering; drift?: { enabled?: boolean; cooldown?: number; maxEpisodes?: number; mayAsk?: boolean; holdout?: number; judge?: { fromStep?: number; suspects?: number } | null; ladder?: { [key: string]: { rung: "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate"; times?: number; cooldown?: number; turns?: number; samples?: number }[] }; off?: ("nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate")[]; seed?: number }; priority?: Priority; startAt?: string; webhook?: CreateWebhook; tags?: string[] };
export type CreateSchedule = { name: string; spec: { cron?: string[]; intervals?: { everySeconds: number; offsetSeconds?: number }[]; calendars?: { second?: { start: number; end?: number; step?: number }[]; minute?: { start: number; end?: number; step?: number }[]; hour?: { start: number; end?: number; step?: number }[]; dayOfMonth?: { start: number; end?: number; step?: number }[]; dayOfWeek?: { start: number; end?: number; step?: number }[]; month?: { start: number; end?: number; step?: number }[]; year?: { start: number; end?: number; step?: number }[]; comment?: string }[]; skip?: { second?: { start: number; end?: number; step?: number }[]; minute?: { start: number; end?: number; step?: number }[]; hour?: { start: number; end?: number; step?: number }[]; dayOfMonth?: { start: number; end?: number; step?: number }[]; dayOfWeek?: { start: number; end?: number; step?: number }[]; month?: { start: number; end?: number; step?: number }[]; year?: { start: number; end?: number; step?: number }[]; comment?: string }[]; timezone?: string; startAt?: string; endAt?: string; jitterSeconds?: number }; run?: { agent: string; input?: { [key: string]: unknown }; corpusId?: string; model?: string; limits?: { maxSteps?: number; maxTokens?: number; maxSeconds?: number; maxToolCalls?: number }; sampling?: Sampling; steering?: RunSteering; drift?: { enabled?: boolean; cooldown?: number; maxEpisodes?: number; mayAsk?: boolean; holdout?: number; judge?: { fromStep?: number; suspects?: number } | null; ladder?: { [key: string]: { rung: "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate"; times?: number; cooldown?: number; turns?: number; samples?: number }[] }; off?: ("nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate")[]; seed?: number }; webhook?: CreateWebhook; tags?: string[] }; newDocuments?: { run: { agent: string; input?: { [key: string]: unknown }; corpusId?: string; model?: string; limits?: { maxSteps?: number; maxTokens?: number; maxSeconds?: number; maxToolCalls?: number }; sampling?: Sampling; steering?: RunSteering; drift?: { enabled?: boolean; cooldown?: number; maxEpisodes?: number; mayAsk?: boolean; holdout?: number; judge?: { fromStep?: number; suspects?: number } | null; ladder?: { [key: string]: { rung: "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate"; times?: number; cooldown?: number; turns?: number; samples?: number }[] }; off?: ("nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate")[]; seed?: number }; webhook?: CreateWebhook; tags?: string[] }; query?: string; maxConcurrency?: number }; world?: { worldId: string }; overlap?: "skip" | "buffer_one" | "buffer_all" | "cancel_other" | "terminate_other" | "allow_all"; catchupSeconds?: number; paused?: boolean; note?: string };
export type CreateThread = { tags?: string[] };
export type CreateWebhook = { url: string; secret?: string; events: ("run.started" | "run.resumed" | "run.finished" | "approval.requested" | "artifact.created" | "status.changed")[] };
export type CreatedKey = { id: string; name: string; principalId: string; roles: AccessRole[]; state: "active" | "expired" | "revoked"; requestsPerSecond: number | null; createdBy: string | null; createdAt: string; expiresAt: string; lastUsedAt: string | null; revokedAt: string | null; replaces: string | null; key: string };
export type CreatedWebhook = { id: string; url: string; events: string[]; runId: string | null; createdAt: string; secret: string };
export type DecideApproval = { decision: "approve" | "deny"; digest: string; editedArgs?: { [key: string]: unknown }; comment?: string };
export type DeliveryPage = { data: { id: string; webhookId: string; event: string; runId: string | null; seq: number | null; state: "pending" | "delivered" | "failed"; tries: { at: string; ms: number; status: number | null; failure: "address_refused" | "timeout" | "connection_failed" | "status" | null }[]; createdAt: string; doneAt: string | null }[]; nextCursor: string | null };
export type DoctorList = { data: DoctorReport[] };
export type DoctorReport = { runtimeId: string; model: string; version: string; examinedAt: string; findings: Finding[]; off: ("tools" | "thinking" | "schema" | "schema_while_thinking" | "images" | "sampling" | "seed" | "stop" | "keep_alive" | "context_length" | "refuses_long_prompt" | "prompt_count" | "speeds" | "embeddings" | "embed_refuses_long" | "model_facts" | "loaded_models" | "pull" | "steering" | "abort")[]; toolMode: "native" | "text"; promptSpeed: number | null; outputSpeed: number | null; loadMs: number | null; driftDoubtful: boolean };
export type DocumentPage = { data: DocumentView[]; nextCursor: string | null };
export type DocumentView = { id: string; name: string; mediaType: string; bytes: number; sha256: string; pages: number; passages: number; tags: string[]; dated: string | null; createdAt: string };
export type DriftReport = { step: number; overthinking: number; overacting: number; verdict: "ok" | "suspect" | "overthinking" | "overacting" | "premature_finish" | "degenerate" | "harness_fault"; hard: boolean; reasons: { signal: string; value: number; steps: number[] }[]; judge?: { step: number; label: "calibrated" | "overthinking" | "overacting" | "premature_finish" | "harness_fault" | null; confidence: number; confirmed: boolean; alone: boolean } };
export type ErrorCode = "validation_failed" | "unknown_agent" | "not_found" | "run_ended" | "run_live" | "not_resumable" | "approval_decided" | "approval_stale" | "approval_expired" | "thread_busy" | "idempotency_in_flight" | "idempotency_mismatch" | "body_too_large" | "unsupported_media_type" | "events_pruned" | "unauthenticated" | "role_missing" | "rate_limited" | "identity_unavailable" | "forbidden_host" | "path_not_allowed" | "database_unavailable" | "temporal_unavailable" | "runtime_unavailable" | "runtime_protocol" | "runtime_stalled" | "runtime_host_refused" | "model_missing" | "model_unreadable" | "context_truncated" | "context_too_small" | "steering_unsupported" | "tool_call_leaked" | "output_invalid" | "evidence_missing" | "corpus_empty" | "limit_reached" | "drift_stopped" | "tool_failed" | "file_unreadable" | "file_encrypted" | "file_empty" | "text_unrecognized" | "archive_unsafe" | "archive_bomb" | "file_too_large" | "disk_full" | "world_shared" | "world_changed" | "world_rule_broken" | "world_forked" | "nothing_to_undo" | "import_unreadable" | "sandbox_unavailable" | "repository_unusable" | "state_diverged" | "attempt_closed" | "note_unsigned" | "key_missing" | "internal";
export type EventPage = { data: RunEvent[]; nextCursor: string | null };
export type EventType = "run.queued" | "run.started" | "run.resumed" | "step.started" | "step.attempt_reset" | "tool.called" | "tool.finished" | "drift.report" | "steering.applied" | "checkpoint.saved" | "approval.requested" | "approval.decided" | "artifact.created" | "world.changed" | "message.received" | "status.changed" | "run.finished";
export type Evidence = { claim: number; passageId: string; documentId: string; documentName: string; page: number | null; quote: string; span: [number, number]; pageSpan?: [number, number]; region?: number[]; verified: boolean };
export type Examination = { runtimeId: string; model: string; workflowId: string };
export type ExamineModel = { model?: string };
export type Failure = { code: ErrorCode; detail: string };
export type Finding = { probe: string; title: string; verdict: "passed" | "failed" | "not_shown"; detail: string; remedy: string | null; numbers: { [key: string]: number } };
export type ForkRun = { fromStep: number; overrides?: { model?: string; prompt?: string; sampling?: Sampling; state?: { [key: string]: unknown }; steering?: { policy?: { enabled?: boolean; cooldown?: number; maxEpisodes?: number; mayAsk?: boolean; holdout?: number; judge?: { fromStep?: number; suspects?: number } | null; ladder?: { [key: string]: { rung: "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate"; times?: number; cooldown?: number; turns?: number; samples?: number }[] }; off?: ("nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate")[]; seed?: number }; message?: string; vector?: SteeringVector | null; correction?: "read" | "clamp" | "fixed" | "gate"; detects?: boolean } }; limits?: { maxSteps?: number; maxTokens?: number; maxSeconds?: number; maxToolCalls?: number }; tags?: string[] };
export type Health = { status: "ok" };
export type IngestPath = { path: string };
export type IngestionAccepted = { id: string; corpusId: string; status: "queued" | "running" | "completed" | "failed" };
export type IngestionFile = { name: string; state: "pending" | "done" | "duplicate" | "expanded" | "failed"; documentId: string | null; passages: number; pages: number; pagesRead: number; pagesTotal: number | null; pictures: number; picturesRead: number; replaced: string | null; failure: Failure | null };
export type IngestionView = { id: string; corpusId: string; status: "queued" | "running" | "completed" | "failed"; total: number; done: number; failed: number; files: IngestionFile[] };
export type JsonRpcAnswer = { jsonrpc: "2.0"; id: string | number | null; result?: { [key: string]: unknown }; error?: { code: number; message: string; data?: unknown } };
export type JsonRpcMessage = { jsonrpc: "2.0"; id?: string | number; method?: string; params?: { [key: string]: unknown }; [key: string]: unknown };
export type KeyPage = { data: KeyView[]; nextCursor: string | null };
export type KeyView = { id: string; name: string; principalId: string; roles: AccessRole[]; state: "active" | "expired" | "revoked"; requestsPerSecond: number | null; createdBy: string | null; createdAt: string; expiresAt: string; lastUsedAt: string | null; revokedAt: string | null; replaces: string | null };
export type Limits = { maxSteps: number; maxTokens: number; maxSeconds: number; maxToolCalls?: number };
export type Machine = { name: string; memoryBytes: number; unified: boolean; cores: number; bandwidth: number | null; gpus: { name: string; memoryBytes: number; bandwidth: number | null }[] };
export type Mismatch = { check: "dose" | "drug" | "number" | "side" | "negation" | "support"; text: string; span: TextSpan; score: number; source: TextSpan | null };
export type ModelFit = { id: string; title: string; quantization: string; weightBytes: number; fits: boolean; contextTokens: number; expectedSpeed: number; on: "gpu" | "cpu"; command: string; lmStudio: string | null; installed: boolean; picked: boolean; sources: string[]; unverified: ("weights" | "parameters" | "context" | "memory" | "quality")[] };
export type ModelList = { machine: Machine; data: ModelFit[] };
export type OnBusy = "reject" | "enqueue" | "interrupt" | "rollback";
export type PartState = { state: "ok" | "down"; detail: string; remedy: string | null };
export type PassageHit = { passageId: string; documentId: string; documentName: string; page: number | null; pageStart: number; section: string | null; text: string; score: number; before?: string[]; after?: string[] };
export type PauseRun = { reason?: string };
export type PrincipalView = { tenantId: string; principalId: string; name: string; roles: AccessRole[]; authenticatedBy: "none" | "key" | "token"; keyId: string | null; expiresAt: string | null };
export type Priority = "interactive" | "scheduled" | "batch";
export type Problem = { type: string; title: string; status: number; detail?: string; instance?: string; code: ErrorCode; retryable: boolean; runId?: string; errors?: { path: string; message: string }[] };
export type QueuePlace = { waiting: boolean; queue: string | null; place: number | null; estimatedWaitSeconds: number | null; gates: number | null; since: string | null };
export type Readiness = { status: "ready" | "degraded" | "not_ready"; parts: { postgres: PartState; migrations: PartState; temporal: PartState; runtime: PartState } };
export type RejectArtifact = { digest: string; reason: string };
export type ReleaseRun = { reason: string };
export type ResumeRun = { limits?: { maxSteps?: number; maxTokens?: number; maxSeconds?: number; maxToolCalls?: number } };
export type RewindRun = { toStep: number; lesson?: string };
export type RotateKey = { expiresInDays?: number; graceSeconds?: number };
export type RunEvent = { runId: string; seq: number; at: string; type: EventType; step: number | null; attempt: number | null; data: { [key: string]: unknown } };
export type RunPage = { data: RunSummary[]; nextCursor: string | null };
export type RunStatus = "queued" | "running" | "waiting_approval" | "waiting_input" | "waiting_runtime" | "paused" | "cancelling" | "limit_reached" | "drift_stopped" | "completed" | "failed" | "cancelled" | "timed_out";
export type RunSteering = { vector: SteeringVector; correction: "read" | "clamp" | "fixed" | "gate"; detects?: boolean };
export type RunSummary = { id: string; agent: string; agentVersion: string; agentDigest: string | null; principalId: string; status: RunStatus; statusReason: Failure | null; partialResult?: unknown; model: string | null; corpusId: string | null; worldId: string | null; threadId: string | null; priority: Priority; tags: string[]; limits: Limits; limitsLeft: { maxSteps: number; maxTokens: number; maxSeconds: number; maxToolCalls?: number }; usage: Usage; drift: { overthinking: number; overacting: number; verdict: string; actions: number; thresholds: { suspect: number; overthinking: number; overacting: number } }; head: { step: number; checkpoint: number | null }; lastEvent: number; bytes?: number; queue?: QueuePlace | null; createdAt: string; startedAt: string | null; endedAt: string | null; temporal: { workflowId: string; webUrl: string | null } };
export type RunView = { id: string; agent: string; agentVersion: string; agentDigest: string | null; principalId: string; status: RunStatus; statusReason: Failure | null; input: unknown; result: unknown; partialResult?: unknown; model: string | null; corpusId: string | null; worldId: string | null; threadId: string | null; priority: Priority; tags: string[]; limits: Limits; limitsLeft: { maxSteps: number; maxTokens: number; maxSeconds: number; maxToolCalls?: number }; usage: Usage; drift: { overthinking: number; overacting: number; verdict: string; actions: number; thresholds: { suspect: number; overthinking: number; overacting: number } }; head: { step: number; checkpoint: number | null }; lastEvent: number; bytes?: number; queue?: QueuePlace | null; createdAt: string; startedAt: string | null; endedAt: string | null; temporal: { workflowId: string; webUrl: string | null } };
export type RuntimeList = { data: RuntimeView[] };
export type RuntimeView = { id: string; kind: string; host: string; state: "ok" | "down"; detail: string; version: string | null; slots: number; models: string[]; loaded: { name: string; bytes: number; gpuBytes: number; contextLength: number | null; expiresAt: string | null }[] | null; capabilities: { [key: string]: "yes" | "by_model" | "prompted" | "by_server" | "no" }; queues: { queue: string; model: string | null; waiting: number | null; estimatedWaitSeconds: number | null; gates: number }[] };
export type Sampling = { temperature?: number; topK?: number; topP?: number; seed?: number; repeatPenalty?: number; repeatLastN?: number; maxTokens?: number; think?: boolean };
export type ScheduleNote = { note?: string };
export type SchedulePage = { data: ScheduleView[]; nextCursor: string | null };
export type ScheduleView = { id: string; name: string; agent: string | null; worldId: string | null; query: string | null; kind: "run" | "newDocuments" | "world"; spec: { cron: string[]; intervals: { everySeconds: number; offsetSeconds: number }[]; calendars: { second?: { start: number; end?: number; step?: number }[]; minute?: { start: number; end?: number; step?: number }[]; hour?: { start: number; end?: number; step?: number }[]; dayOfMonth?: { start: number; end?: number; step?: number }[]; dayOfWeek?: { start: number; end?: number; step?: number }[]; month?: { start: number; end?: number; step?: number }[]; year?: { start: number; end?: number; step?: number }[]; comment?: string }[]; skip: { second?: { start: number; end?: number; step?: number }[]; minute?: { start: number; end?: number; step?: number }[]; hour?: { start: number; end?: number; step?: number }[]; dayOfMonth?: { start: number; end?: number; step?: number }[]; dayOfWeek?: { start: number; end?: number; step?: number }[]; month?: { start: number; end?: number; step?: number }[]; year?: { start: number; end?: number; step?: number }[]; comment?: string }[]; timezone: string; startAt?: string; endAt?: string; jitterSeconds: number }; overlap: "skip" | "buffer_one" | "buffer_all" | "cancel_other" | "terminate_other" | "allow_all"; catchupSeconds: number; paused: boolean; note: string | null; createdAt: string; nextTimes: string[] | null; lastFires: { nominalAt: string; runId: string | null; batchId: string | null; worldVersion: number | null; skipped: string | null }[] };
export type SearchResult = { hits: PassageHit[]; vectors: boolean };
export type SendMessage = { text: string };
export type SignArtifact = { digest: string; comment?: string };
export type SignOffView = { status: "in_review" | "signed" | "rejected" | "expired" | "withdrawn"; digest: string; approvalId: string; requestedAt: string; remindedAt: string | null; expiresAt: string; decidedBy: string | null; decidedAt: string | null; comment: string | null; signature: SignatureView | null; addenda: AddendumView[] };
export type SignatureView = { signedBy: string; signedAt: string; textDigest: string; model: string | null; modelDigest: string | null; agentVersion: string; promptDigest: string | null };
export type Steering = { rung: "none" | "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate" | "ask" | "stop"; step: number; verdict: "ok" | "suspect" | "overthinking" | "overacting" | "premature_finish" | "degenerate" | "harness_fault"; reasons: { signal: string; value: number; steps: number[] }[]; holdout: boolean; toStep?: number; turns?: number; samples?: number; role?: "fast" | "main" | "large" | "judge" | "vision" | "embed"; skipped?: ("nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate")[]; sampling?: { temperature?: number; repeatPenalty?: number; repeatLastN?: number; think?: boolean; seed?: number } };
export type SteeringVector = { format: "holdfast-steering-1"; model: { name: string; digest: string; width: number }; layer: number; layers: { layer: number; auc: number }[]; axes: { name: "overthinking" | "overacting"; direction: number[]; band: { low: number; high: number }; gap: number; report: { positives: number; negatives: number; auc: number | null; layer0Auc: number | null; stepNumberAuc: number | null; lengthAuc: number | null } }[] };
export type StepActivation = { tokens: { projections: number[]; shifts: number[] }[]; corrected: number; attempt: number; correction: "read" | "clamp" | "fixed" | "gate"; layer: number; axes: string[] };
export type StepPage = { data: StepView[]; nextCursor: string | null };
export type StepView = { step: number; parent: number; state: "open" | "closed" | "abandoned"; attempts: number; model: string | null; route: { runtimeId: string; model: string; reason: "first_choice" | "fallback" | "asked_for" | "configuration_changed"; doubtful: boolean } | null; promptTokens: number; outputTokens: number; thinkingTokens: number; calls: { call: number; attempt: number; tool: string; effect: string; state: string; failure: Failure | null; deliveries: number; ms: number | null }[]; drift: DriftReport | null; steering: Steering | null; activation?: StepActivation; candidates?: { attempt: number; n: number; chosen: boolean; score: number; valid: boolean; seed: number | null; promptTokens: number; outputTokens: number; thinkingTokens: number; ms: number; text?: string }[]; judge?: { step: number; fromStep: number; runtimeId: string; model: string; label: "calibrated" | "overthinking" | "overacting" | "premature_finish" | "harness_fault" | null; dropped: "output_invalid" | "no_evidence" | "quote_not_found" | null; overthinking: number; overacting: number; confidence: number; confirmed: boolean; steps: number[]; samples: number; promptTokens: number; outputTokens: number; ms: number; answer?: { evidence: { step: number; quote: string }[]; new_evidence_since_last_check: boolean; last_result_used: "yes" | "partly" | "no"; repeated_strategy: boolean; label: "calibrated" | "overthinking" | "overacting" | "premature_finish" | "harness_fault"; overthinking: number; overacting: number; confidence: number; lesson: string } }; startedAt: string; endedAt: string | null; messages?: ChatMessage[] };
export type StreamPart = { type: "text.delta" | "thinking.delta"; step: number; attempt: number; n: number; text: string };
export type TextSpan = { start: number; end: number };
export type ThreadPage = { data: ThreadView[]; nextCursor: string | null };
export type ThreadView = { id: string; tags: string[]; runs: number; liveRunId: string | null; waitingRunIds: string[]; createdAt: string };
export type TrainingMessage = { role: "system" | "user" | "assistant" | "tool"; content: string; thinking?: string; tool_calls?: { type: "function"; function: { name: string; arguments: { [key: string]: unknown } } }[]; name?: string; step: number; train: boolean };
export type TrainingRelease = { runId: string; principalId: string; releasedAt: string };
export type TrainingRun = { runId: string; agent: string; agentVersion: string; model: string | null; status: RunStatus; verdict: "calibrated" | "any"; tools: { type: "function"; function: { name: string; description: string; parameters: { [key: string]: unknown } } }[]; messages: TrainingMessage[] };
export type TriggerSchedule = { overlap?: "skip" | "buffer_one" | "buffer_all" | "cancel_other" | "terminate_other" | "allow_all" };
export type Usage = { steps: number; promptTokens: number; outputTokens: number; thinkingTokens: number; judge: { verdicts: number; promptTokens: number; outputTokens: number; ms: number } };
export type Verification = { kind: "clinical-note"; verdict: "supported" | "doubtful"; sentences: VerifiedSentence[]; lexicon: { name: string; drugs: number; names: number } };
export type VerifiedSentence = { text: string; span: TextSpan; verdict: "supported" | "doubtful"; evidence: TextSpan[]; mismatches: Mismatch[] };
export type WebhookPage = { data: WebhookView[]; nextCursor: string | null };
export type WebhookView = { id: string; url: string; events: string[]; runId: string | null; createdAt: string };
export type __schema0 = string | number | boolean | null | __schema0[] | { [key: string]: __schema0 };
export type __schema1 = string | number | boolean | null | __schema1[] | { [key: string]: __schema1 };
export type __schema2 = string | number | boolean | null | __schema2[] | { [key: string]: __schema2 };

/** What each operation of the API takes, and what it answers with as JSON. */
export interface Operations {
  /** Add words to what is signed */
  addAddendum: { path: { id: string; artifactId: string }; body: AddAddendum; answer: ArtifactView };
  /** Take documents into a corpus */
  addDocuments: { path: { id: string }; body: IngestPath | FormData; answer: IngestionAccepted };
  /** Speak A2A */
  answerA2a: { body: JsonRpcMessage; answer: JsonRpcAnswer };
  /** Speak MCP */
  answerMcp: { body: JsonRpcMessage; answer: JsonRpcAnswer };
  /** Fire for the times of a range that has passed */
  backfill: { path: { id: string }; body: BackfillSchedule; answer: ScheduleView };
  /** Cancel a batch: its runs, and what has not begun */
  cancelBatch: { path: { id: string }; body?: { [key: string]: never }; answer: BatchView };
  /** Cancel a run */
  cancelRun: { path: { id: string }; body: CancelRun; answer: Accepted };
  /** Change a world */
  changeWorld: { path: { id: string }; body: { turnId?: string; actor?: string; changes: { kind: "created"; entity: { id: string; type: string; name: string; in?: string | null; attrs?: { [key: string]: __schema0 } } } | { kind: "removed"; id: string; cause: string } | { kind: "changed"; id: string; name?: string; set: { [key: string]: __schema1 }; cause?: string } | { kind: "moved"; id: string; to: string; via?: string; cause?: string } | { kind: "amount"; id: string; attr: string; by: number; cause: string } | { kind: "paid"; from: string; to: string; attr: string; amount: number } | { kind: "related"; relation: string; from: string; to: string; by: number; cause: string } | { kind: "learned"; who: string; fact: string; how: "saw" | "told" | "background"; by?: string | null } | { kind: "died"; id: string; cause: string } | { kind: "ticked"; id: string; by: number } | { kind: "rolled"; notation: string; dice: number[]; total: number; seed: number; purpose: string } | { kind: "noted"; about: string[]; text: string } | { kind: "restored"; to: number; why: "undo" | "redo" | "rewind" }[] }; answer: { firstVersion: number; version: number; replayed: boolean } };
  /** Take that cookie back */
  closeSession: { answer: undefined };
  /** See where two branches part */
  compareRun: { path: { id: string; other: string }; query?: { headA?: number; headB?: number }; answer: Comparison };
  /** Start a batch: one run an item */
  createBatch: { query?: { agent?: string; name?: string; model?: string; corpusId?: string; maxConcurrency?: number }; body: CreateBatch | FormData; answer: BatchView };
  /** Make a corpus */
  createCorpus: { body: CreateCorpus; answer: CorpusView };
  /** Make an API key */
  createKey: { body: CreateKey; answer: CreatedKey };
  /** Start a run */
  createRun: { body: CreateRun; answer: RunView };
  /** Start runs on a schedule */
  createSchedule: { body: CreateSchedule; answer: ScheduleView };
  /** Make a thread */
  createThread: { body: CreateThread; answer: ThreadView };
  /** Register a webhook */
  createWebhook: { body: CreateWebhook; answer: CreatedWebhook };
  /** Make a world */
  createWorld: { body: { name: string; rules?: { name: string; types: { [key: string]: { attrs?: { [key: string]: __schema0 }; within?: string[]; placed?: boolean } }; relations?: { [key: string]: { min: number; max: number; maxChange: number } }; amounts?: string[]; invariants?: ("containment" | "exits" | "death" | "amounts" | "knowledge" | "relations")[]; content?: { instructions?: string; never?: string[] } }; changes?: { kind: "created"; entity: { id: string; type: string; name: string; in?: string | null; attrs?: { [key: string]: __schema1 } } } | { kind: "removed"; id: string; cause: string } | { kind: "changed"; id: string; name?: string; set: { [key: string]: __schema2 }; cause?: string } | { kind: "moved"; id: string; to: string; via?: string; cause?: string } | { kind: "amount"; id: string; attr: string; by: number; cause: string } | { kind: "paid"; from: string; to: string; attr: string; amount: number } | { kind: "related"; relation: string; from: string; to: string; by: number; cause: string } | { kind: "learned"; who: string; fact: string; how: "saw" | "told" | "background"; by?: string | null } | { kind: "died"; id: string; cause: string } | { kind: "ticked"; id: string; by: number } | { kind: "rolled"; notation: string; dice: number[]; total: number; seed: number; purpose: string } | { kind: "noted"; about: string[]; text: string } | { kind: "restored"; to: number; why: "undo" | "redo" | "rewind" }[] }; answer: { id: string; name: string; rules: string; version: number; parent: { id: string; version: number } | null; createdAt: string } };
  /** Approve or deny */
  decideApproval: { path: { id: string }; body: DecideApproval; answer: ApprovalView };
  /** Decode payloads for Temporal's Web UI */
  decode: { body: CodecPayloads; answer: CodecPayloads };
  /** Delete a corpus, with all that was derived from its documents */
  deleteCorpus: { path: { id: string }; answer: undefined };
  /** Delete a document, with its pages and passages */
  deleteDocument: { path: { id: string; documentId: string }; answer: undefined };
  /** Delete a run that has ended, with all that it left */
  deleteRun: { path: { id: string }; answer: undefined };
  /** Delete a schedule; its runs stay */
  deleteSchedule: { path: { id: string }; answer: undefined };
  /** Delete a thread with all its runs */
  deleteThread: { path: { id: string }; answer: undefined };
  /** Delete a webhook with its delivery log */
  deleteWebhook: { path: { id: string }; answer: undefined };
  /** Delete a world with its log */
  deleteWorld: { path: { id: string }; answer: undefined };
  /** Set a document's tags and date */
  describeDocument: { path: { id: string; documentId: string }; body: { tags?: string[]; dated?: string | null }; answer: DocumentView };
  /** What differs between two versions */
  diffWorld: { path: { id: string }; query: { from: number; to: number }; answer: { from: number; to: number; entities: { id: string; before: { id: string; type: string; name: string; in: string | null; attrs: { [key: string]: __schema0 }; relations: { [key: string]: number }; knows: { [key: string]: { how: "saw" | "told" | "background"; by: string | null; at: number } }; gone: boolean } | null; after: { id: string; type: string; name: string; in: string | null; attrs: { [key: string]: __schema0 }; relations: { [key: string]: number }; knows: { [key: string]: { how: "saw" | "told" | "background"; by: string | null; at: number } }; gone: boolean } | null }[] } };
  /** Encode payloads for Temporal's Web UI */
  encode: { body: CodecPayloads; answer: CodecPayloads };
  /** Have a model examined */
  examine: { path: { id: string }; body: ExamineModel; answer: Examination };
  /** Export the cards of a corpus */
  exportCards: { query: { corpusId: string; format?: "csv" | "apkg" }; answer: undefined };
  /** Export an agent's runs for fine-tuning, a run a line */
  exportTraining: { query: { agent: string; verdict?: "calibrated" | "any"; status?: "completed" | "ended" }; answer: undefined };
  /** A world as one file */
  exportWorld: { path: { id: string }; query?: { format?: "light" | "textworld" | "lorebook" | "campaign" }; answer: { [key: string]: unknown } };
  /** What the doctor found */
  findings: { path: { id: string }; query?: { model?: string }; answer: DoctorList };
  /** Start a new run from a checkpoint of this one */
  forkRun: { path: { id: string }; body: ForkRun; answer: RunView };
  /** Fork a world from a version of it */
  forkWorld: { path: { id: string }; body: { version?: number; name?: string }; answer: { id: string; name: string; rules: string; version: number; parent: { id: string; version: number } | null; createdAt: string } };
  /** Read an agent */
  getAgent: { path: { name: string }; answer: AgentView };
  /** Read the installation's A2A agent card */
  getAgentCard: { answer: AgentCard };
  /** Read a version of an agent */
  getAgentVersion: { path: { name: string; version: string }; answer: AgentVersionView };
  /** Read an approval */
  getApproval: { path: { id: string }; answer: ApprovalView };
  /** Read an artifact with its evidence */
  getArtifact: { path: { id: string; artifactId: string }; query?: { preliminary?: "true" | "false" }; answer: ArtifactView };
  /** Read a batch: how far it is and how long it will take */
  getBatch: { path: { id: string }; answer: BatchView };
  /** Read the checkpoint of a step */
  getCheckpoint: { path: { id: string; n: number }; query?: { include?: "content" }; answer: CheckpointView };
  /** Answer a command of a player from the state */
  getCommand: { path: { id: string; command: string }; query?: { actor?: string; about?: string }; answer: { command: "inventory" | "map" | "who" | "quests" | "recap" | "look" | "clocks" | "why"; version: number; lines: string[] } };
  /** Read a corpus */
  getCorpus: { path: { id: string }; answer: CorpusView };
  /** Read this document as a page */
  getDocs: { answer: undefined };
  /** Read a document */
  getDocument: { path: { id: string; documentId: string }; answer: DocumentView };
  /** Say whether the process is alive */
  getHealth: { answer: Health };
  /** Read how far an ingestion is, file by file */
  getIngestion: { path: { id: string; ingestionId: string }; answer: IngestionView };
  /** The map of a world as SVG */
  getMap: { path: { id: string }; query?: { actor?: string }; answer: undefined };
  /** Read a passage with the ones before and behind it */
  getNeighbours: { path: { id: string; passageId: string }; answer: { data: { passageId: string; ordinal: number; page: number | null; section: string | null; text: string }[] } };
  /** Read this document */
  getOpenApi: { answer: { [key: string]: unknown } };
  /** Read a document's bytes, as they came */
  getOriginal: { path: { id: string; documentId: string }; answer: undefined };
  /** Say who asks */
  getPrincipal: { answer: PrincipalView };
  /** Say how each part stands, and what to do about one that is down */
  getReadiness: { answer: Readiness };
  /** Read a run */
  getRun: { path: { id: string }; answer: RunView };
  /** Read a schedule with its next times and latest fires */
  getSchedule: { path: { id: string }; answer: ScheduleView };
  /** Read the state of a world at a version */
  getState: { path: { id: string; version: number }; query?: { type?: string }; answer: { version: number; hash: string; entities: { id: string; type: string; name: string; in: string | null; attrs: { [key: string]: __schema0 }; relations: { [key: string]: number }; knows: { [key: string]: { how: "saw" | "told" | "background"; by: string | null; at: number } }; gone: boolean }[] } };
  /** Read a step */
  getStep: { path: { id: string; n: number }; query?: { include?: "content" }; answer: StepView };
  /** Read a thread */
  getThread: { path: { id: string }; answer: ThreadView };
  /** Read a webhook */
  getWebhook: { path: { id: string }; answer: WebhookView };
  /** Read a world */
  getWorld: { path: { id: string }; answer: { id: string; name: string; rules: string; version: number; parent: { id: string; version: number } | null; createdAt: string } };
  /** Make a world of a file */
  importWorld: { body: { name?: string; format: "light" | "textworld" | "lorebook" | "campaign"; data: { [key: string]: unknown } }; answer: { world: { id: string; name: string; rules: string; version: number; parent: { id: string; version: number } | null; createdAt: string }; entities: { [key: string]: number }; errors: { entry: string; reason: string }[] } };
  /** List the model runtimes, with the queues in front of them */
  list: { answer: RuntimeList };
  /** List the agents, with the JSON Schemas of their input and result */
  listAgents: { answer: AgentList };
  /** List a run's approvals, oldest first */
  listApprovals: { path: { id: string }; answer: ApprovalList };
  /** List what a run has delivered */
  listArtifacts: { path: { id: string }; answer: ArtifactPage };
  /** Read the audit log */
  listAudit: { query?: { after?: number; limit?: number; runId?: string }; answer: AuditPage };
  /** List batches, newest first */
  listBatches: { query?: { cursor?: string; limit?: number }; answer: BatchPage };
  /** List the cards of a corpus, soonest due first */
  listCards: { query: { corpusId: string; due?: "now" | "any"; limit?: number }; answer: { data: { id: string; corpusId: string; documentId: string; documentName: string; question: string; answer: string; quote: string; page: number | null; due: string; reviews: number; lapses: number }[] } };
  /** List a run's checkpoints */
  listCheckpoints: { path: { id: string }; query?: { include?: "content"; cursor?: string; limit?: number }; answer: CheckpointPage };
  /** List corpora, newest first */
  listCorpora: { query?: { cursor?: string; limit?: number }; answer: CorpusPage };
  /** Read the delivery log */
  listDeliveries: { path: { id: string }; query?: { cursor?: string; limit?: number }; answer: DeliveryPage };
  /** List a corpus's documents, newest first */
  listDocuments: { path: { id: string }; query?: { cursor?: string; limit?: number }; answer: DocumentPage };
  /** Read the log of a world */
  listEvents: { path: { id: string }; query?: { after?: number; limit?: number; about?: string }; answer: { data: { version: number; turnId: string | null; actor: string | null; change: { kind: "created"; entity: { id: string; type: string; name: string; in: string | null; attrs: { [key: string]: __schema0 } } } | { kind: "removed"; id: string; cause: string } | { kind: "changed"; id: string; name?: string; set: { [key: string]: __schema1 }; cause?: string } | { kind: "moved"; id: string; to: string; via?: string; cause?: string } | { kind: "amount"; id: string; attr: string; by: number; cause: string } | { kind: "paid"; from: string; to: string; attr: string; amount: number } | { kind: "related"; relation: string; from: string; to: string; by: number; cause: string } | { kind: "learned"; who: string; fact: string; how: "saw" | "told" | "background"; by: string | null } | { kind: "died"; id: string; cause: string } | { kind: "ticked"; id: string; by: number } | { kind: "rolled"; notation: string; dice: number[]; total: number; seed: number; purpose: string } | { kind: "noted"; about: string[]; text: string } | { kind: "restored"; to: number; why: "undo" | "redo" | "rewind" }; createdAt: string }[]; version: number } };
  /** Read the items of a batch in their order, with the results so far */
  listItems: { path: { id: string }; query?: { state?: "pending" | "queued" | "running" | "waiting_approval" | "waiting_input" | "waiting_runtime" | "paused" | "cancelling" | "limit_reached" | "drift_stopped" | "completed" | "failed" | "cancelled" | "timed_out"; cursor?: string; limit?: number }; answer: BatchItemPage };
  /** List API keys, newest first */
  listKeys: { query?: { cursor?: string; limit?: number }; answer: KeyPage };
  /** List runs, newest first */
  listRuns: { query?: { status?: RunStatus[]; agent?: string; tag?: string; threadId?: string; scheduleId?: string; batchId?: string; createdAfter?: string; cursor?: string; limit?: number }; answer: RunPage };
  /** List schedules, newest first */
  listSchedules: { query?: { cursor?: string; limit?: number }; answer: SchedulePage };
  /** List a run's steps */
  listSteps: { path: { id: string }; query?: { include?: "content"; cursor?: string; limit?: number }; answer: StepPage };
  /** List threads, newest first */
  listThreads: { query?: { cursor?: string; limit?: number }; answer: ThreadPage };
  /** List the times at which a schedule fires in a range */
  listTimes: { path: { id: string }; query: { from: string; to: string }; answer: { data: string[] } };
  /** List webhooks, newest first */
  listWebhooks: { query?: { cursor?: string; limit?: number }; answer: WebhookPage };
  /** List worlds, newest first */
  listWorlds: { query?: { cursor?: string; limit?: number }; answer: { data: { id: string; name: string; rules: string; version: number; parent: { id: string; version: number } | null; createdAt: string }[]; nextCursor: string | null } };
  /** Which Gemma fits this machine */
  models: { answer: ModelList };
  /** Let this browser's Temporal Web UI ask the codec */
  openSession: { body?: { [key: string]: never }; answer: undefined };
  /** Pause a schedule */
  pause: { path: { id: string }; body: ScheduleNote; answer: ScheduleView };
  /** Pause a run after its current step */
  pauseRun: { path: { id: string }; body: PauseRun; answer: Accepted };
  /** Where a run waits for its model */
  place: { path: { id: string }; answer: QueuePlace };
  /** Read a model runtime */
  read: { path: { id: string }; answer: RuntimeView };
  /** Read a run's events, as a page or as a stream */
  readEvents: { path: { id: string }; query?: { after?: number; types?: ("run.queued" | "run.started" | "run.resumed" | "step.started" | "step.attempt_reset" | "tool.called" | "tool.finished" | "drift.report" | "steering.applied" | "checkpoint.saved" | "approval.requested" | "approval.decided" | "artifact.created" | "world.changed" | "message.received" | "status.changed" | "run.finished" | "text.delta" | "thinking.delta")[]; limit?: number; format?: "ag-ui" }; answer: EventPage };
  /** Bring back the turn that was undone last */
  redo: { path: { id: string }; body?: { [key: string]: never }; answer: { firstVersion: number; version: number; replayed: boolean } };
  /** Reject what a run has drafted */
  rejectArtifact: { path: { id: string; artifactId: string }; body: RejectArtifact; answer: ArtifactView };
  /** Release a sensitive run for training */
  releaseForTraining: { path: { id: string }; body: ReleaseRun; answer: TrainingRelease };
  /** What the ladder’s remedies did */
  report: { query?: { agent?: string; model?: string }; answer: { data: { agent: string; model: string | null; rung: "none" | "nudge" | "gate_tools" | "resample" | "compact" | "rewind" | "escalate" | "ask" | "stop"; treated: { hits: number; of: number; low: number; high: number }; heldOut: { hits: number; of: number; low: number; high: number }; progressWithin5: number; alarmAgainWithin10: number; completed: number; recovery: number | null; disruption: number | null; worthAbove: number | null; effect: "unknown" | "helps" | "hurts" }[] } };
  /** Resume a schedule */
  resume: { path: { id: string }; body: ScheduleNote; answer: ScheduleView };
  /** Go on with a paused run, or with one that reached a limit or was stopped for drift */
  resumeRun: { path: { id: string }; body: ResumeRun; answer: Accepted };
  /** Start again what failed or was cancelled, each item as a new run */
  retryBatch: { path: { id: string }; body?: { [key: string]: never }; answer: BatchView };
  /** Say how well a card was known */
  reviewCard: { path: { id: string }; body: { rating: "again" | "hard" | "good" | "easy" }; answer: { id: string; corpusId: string; documentId: string; documentName: string; question: string; answer: string; quote: string; page: number | null; due: string; reviews: number; lapses: number } };
  /** Revoke an API key */
  revokeKey: { path: { id: string }; answer: undefined };
  /** Take a run back to a checkpoint */
  rewindRun: { path: { id: string }; body: RewindRun; answer: Accepted };
  /** Put a new key in the place of one */
  rotateKey: { path: { id: string }; body: RotateKey; answer: CreatedKey };
  /** Search code lists */
  searchCodes: { query: { q: string; system?: string; limit?: number }; answer: CodeList };
  /** Search a corpus by words and by meaning */
  searchCorpus: { path: { id: string }; query: { query: string; limit?: number; neighbours?: number; documentIds?: string | string[]; folder?: string; tags?: string | string[]; from?: string; to?: string }; answer: SearchResult };
  /** Steer a run, or follow up */
  sendMessage: { path: { id: string }; body: SendMessage; answer: Accepted };
  /** Sign what a run has drafted */
  signArtifact: { path: { id: string; artifactId: string }; body: SignArtifact; answer: ArtifactView };
  /** Take a run's flashcards to be learned */
  takeCards: { body: { runId: string }; answer: { taken: number; known: number } };
  /** Send a test call */
  testWebhook: { path: { id: string }; body?: { [key: string]: never }; answer: { deliveryId: string } };
  /** Fire now */
  trigger: { path: { id: string }; body: TriggerSchedule; answer: ScheduleView };
  /** Take back the last turn */
  undo: { path: { id: string }; body?: { [key: string]: never }; answer: { firstVersion: number; version: number; replayed: boolean } };
  /** Check a clinical note against what it was written from */
  verify: { body: { kind: "clinical-note"; source: string; text: string }; answer: Verification };
  /** Check the audit log */
  verifyAudit: { answer: AuditCheck };
  /** Take back the release of a run for training */
  withdrawFromTraining: { path: { id: string }; answer: undefined };
}
