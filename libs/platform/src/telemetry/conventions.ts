/**
 * The names of OpenTelemetry's semantic conventions that Holdfast uses, as of one version of them. Those for generative
 * AI are still in development and change between versions: whoever moves the version on looks at each name here, and
 * conventions.spec.ts compares all of them with the package of that version.
 */
export const SEMCONV_VERSION = '1.45.0';
export const SCHEMA_URL = `https://opentelemetry.io/schemas/${SEMCONV_VERSION}`;

/** Attributes of the conventions. Those that would hold words (messages, arguments, results, queries) are not here, on purpose. */
export const CONVENTIONS = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  errorType: 'error.type',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  maxTokens: 'gen_ai.request.max_tokens',
  temperature: 'gen_ai.request.temperature',
  topP: 'gen_ai.request.top_p',
  topK: 'gen_ai.request.top_k',
  seed: 'gen_ai.request.seed',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  thinkingTokens: 'gen_ai.usage.reasoning.output_tokens',
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  finishReasons: 'gen_ai.response.finish_reasons',
  firstChunkSeconds: 'gen_ai.response.time_to_first_chunk',
  conversationId: 'gen_ai.conversation.id',
  agentName: 'gen_ai.agent.name',
  toolName: 'gen_ai.tool.name',
  toolType: 'gen_ai.tool.type',
} as const;

/** What the conventions have no name for. */
export const OWN_ATTRIBUTES = {
  runId: 'holdfast.run.id',
  step: 'holdfast.step',
  attempt: 'holdfast.attempt',
  delivery: 'holdfast.delivery',
  outcome: 'holdfast.outcome',
  verdict: 'holdfast.drift.verdict',
  rung: 'holdfast.steering.rung',
  runtimeId: 'holdfast.runtime.id',
  gateWaitSeconds: 'holdfast.gate.wait',
  workflowId: 'temporal.workflow.id',
  executionId: 'temporal.workflow.run_id',
  workflowType: 'temporal.workflow.type',
  activityType: 'temporal.activity.type',
  taskQueue: 'temporal.task_queue',
} as const;

export const ATTRIBUTES = { ...CONVENTIONS, ...OWN_ATTRIBUTES };
export type AttributeName = keyof typeof ATTRIBUTES;

export const OPERATIONS = { chat: 'chat', embeddings: 'embeddings', executeTool: 'execute_tool', invokeAgent: 'invoke_agent' } as const;

/** The conventions name the maker of the API that answers. Ollama and the embedded runtime have no name there. */
export const providerOf = (kind: string): string => (kind === 'openai' ? 'openai' : kind);
