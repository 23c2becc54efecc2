import { HoldfastError } from '#contracts';

/** What went wrong between us and a runtime. Stays inside this library: `detail` may hold a model's text. */
export class WireError extends Error {
  override readonly name = 'WireError';
  constructor(
    readonly what: 'unreachable' | 'untrusted' | 'broken' | 'silent' | 'garbled' | 'status' | 'refused',
    readonly detail: string,
    readonly status: number = 0,
  ) {
    super(`wire: ${what}`);
  }
}

export type WireContext = { kind: 'ollama' | 'openai' | 'embedded'; url: string; model: string };

/** What is not an answer of a status has its code by its kind alone. */
const CODES = { unreachable: 'runtime_unavailable', untrusted: 'runtime_unavailable', broken: 'runtime_unavailable', silent: 'runtime_stalled', garbled: 'runtime_protocol', refused: 'runtime_host_refused', status: 'runtime_unavailable' } as const;

/**
 * The stable code for a wire error. Only its class and status reach the message: runtimes quote the model's output
 * in their own errors (Ollama: `error parsing tool call: raw='…'`).
 */
export function toHoldfastError(error: unknown, context: WireContext): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (!(error instanceof WireError)) return isTimeout(error) ? toHoldfastError(new WireError('silent', ''), context) : new HoldfastError('internal', `The model client failed (${error instanceof Error ? error.name : typeof error}).`);
  const wire = error;
  const said = wire.detail.toLowerCase();
  if (isModelMissing(wire, said)) return new HoldfastError('model_missing', missingModelMessage(context));
  if (UNREADABLE.test(said)) return new HoldfastError('model_unreadable', unreadableMessage(context));
  if (said.includes('steering_unsupported')) return new HoldfastError('steering_unsupported', `The runtime cannot read the activations of ${context.model}.`);
  if (/was fitted on another model/.test(said)) return new HoldfastError('validation_failed', `The steering vector was fitted on another model than ${context.model}; fit one on it with \`holdfast steer fit\`.`);
  if (/exceeds?( the)?( maximum| available)? context|context (length|size|window)|input length|too many tokens|prompt (is )?too long|exceed_context_size/.test(said))
    return new HoldfastError('context_truncated', `The prompt does not fit the context of ${context.model}; ask for a larger context or send less.`);
  if (/parsing tool call|invalid tool call|tool call/.test(said) && wire.status !== 404 && !/does not support/.test(said))
    return new HoldfastError('output_invalid', `The runtime could not parse the tool call that ${context.model} wrote.`);
  if (/does not support (tools|thinking)/.test(said)) {
    const ability = said.includes('tools') ? 'tools' : 'thinking';
    return new HoldfastError('validation_failed', `The model ${context.model} does not support ${ability}; choose one that does.`);
  }
  const keyword = UNHELD.exec(wire.detail)?.[1];
  if (keyword) return new HoldfastError('validation_failed', `The runtime at ${context.url} cannot hold ${context.model} to a schema with "${keyword}". Take that out of the schema of the tool or the answer, or choose another runtime.`);
  if (wire.what === 'status' && wire.status >= 400 && wire.status < 500 && wire.status !== 408 && wire.status !== 429)
    return new HoldfastError('validation_failed', `The runtime at ${context.url} refused the request (HTTP ${wire.status}).`);
  return new HoldfastError(CODES[wire.what], unavailableMessage(wire, context));
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

function isModelMissing(wire: WireError, said: string): boolean {
  if (/model .*(not found|does not exist|not loaded)|no such model|try pulling it|no models? loaded/.test(said)) return true;
  return wire.what === 'status' && wire.status === 404 && said.includes('model');
}

function missingModelMessage({ kind, url, model }: WireContext): string {
  if (kind === 'ollama') return `The runtime at ${url} does not have ${model}. Get it with: ollama pull ${model}`;
  if (kind === 'embedded') return `The embedded runtime does not have ${model}. Name a GGUF file in HOLDFAST_GGUF and start again.`;
  return `The runtime at ${url} does not have ${model}. Load it there (LM Studio: lms get ${model}), or set HOLDFAST_MODEL to one that it lists.`;
}

/** The embedded runtime, of a schema that it can make no grammar of. Keywords are the schema's words, and no content. */
const UNHELD = /the schema keyword "([\w$: -]{1,40})" at \$/;

/** What llama.cpp and the runtimes around it say of a file that they cannot use; they name its path. */
const UNREADABLE = /could not load .*gguf|unable to load model|error loading model|invalid (file )?magic|not within (the )?file bounds|corrupted or incomplete/;

function unreadableMessage({ kind, url, model }: WireContext): string {
  const again = { ollama: `ollama rm ${model}, then ollama pull ${model}`, embedded: 'a whole GGUF file for HOLDFAST_GGUF, then start again', openai: 'fetch it there again' }[kind];
  return `The runtime at ${url} cannot load ${model}: its file is damaged, was cut short, or is of a kind that this version does not know. Get it anew: ${again}.`;
}

/** Ollama's words, and the embedded runtime's; of them only the numbers are passed on. */
const SHORT_OF_MEMORY = /requires more system memory \(([\d.]+ [KMGT]i?B)\) than is available \(([\d.]+ [KMGT]i?B)\)/;

function unavailableMessage(wire: WireError, { url, model }: WireContext): string {
  const memory = SHORT_OF_MEMORY.exec(wire.detail);
  if (memory) return `The runtime at ${url} is short of memory: ${model} takes ${memory[1]}, and ${memory[2]} are free. Free some, or choose a smaller model or context.`;
  const said = {
    unreachable: 'does not accept connections',
    untrusted: 'has a certificate that is not trusted here; name the file of its authority as caFile',
    broken: 'closed the connection before the answer was complete',
    silent: 'sent nothing for too long',
    garbled: 'sent something that is not its API: no JSON, or no UTF-8',
    refused: 'is on a host that HOLDFAST_RUNTIME_HOSTS does not list',
    status: `answered with HTTP ${wire.status}`,
  }[wire.what];
  return `The runtime at ${url} ${said}.`;
}
