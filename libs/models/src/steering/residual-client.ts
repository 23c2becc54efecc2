import { z } from 'zod';
import { HoldfastError } from '#contracts';

/** An axis in the form of the embedded runtime's `options.axes`. */
export type Axes = readonly object[];
export type TextReading = { digest: string; tokens: number; layers: number[]; vectors: number[][]; logLoss: number | null };
export type SteeredReply = { text: string; tokens: { projections: number[]; shifts: number[] }[]; corrected: number; outputTokens: number };

const readingSchema = z.object({ model_digest: z.string(), tokens: z.int(), layers: z.array(z.int()), vectors: z.array(z.array(z.number())), log_loss: z.number().nullish() });
const replySchema = z.object({
  message: z.object({ content: z.string() }),
  eval_count: z.int().default(0),
  axes: z.object({ tokens: z.array(z.object({ projections: z.array(z.number()), shifts: z.array(z.number()) })), corrected: z.int() }).optional(),
});
const modelSchema = z.object({ model_info: z.record(z.string(), z.unknown()) });

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The embedded runtime's own routes for steering. Every other runtime answers `steering_unsupported`. */
export class ResidualClient {
  constructor(
    private readonly url: string,
    private readonly model: string,
  ) {
    if (!LOCAL.has(new URL(url).hostname)) throw new HoldfastError('runtime_host_refused', 'the embedded runtime is on this machine only');
  }

  /** Layers of the model, and how wide its residual stream is. */
  async shape(): Promise<{ layers: number; width: number }> {
    const { model_info: info } = modelSchema.parse(await this.post('/api/show', { model: this.model }));
    const of = (end: string): number => Number(Object.entries(info).find(([key]) => key.endsWith(end))?.[1]);
    return { layers: of('.block_count'), width: of('.embedding_length') };
  }

  /** The mean residual stream of `text` behind `context`, by layer. */
  async read(context: string, text: string, layers: readonly number[]): Promise<TextReading> {
    return this.reading({ context, text, layers });
  }

  /** Mean of -ln p of `text` behind `context`, evaluated under `axes`. */
  async logLoss(context: string, text: string, axes?: Axes): Promise<number> {
    return (await this.reading({ context, text, perplexity: true, axes })).logLoss ?? NaN;
  }

  /** A reply under `axes`: they are for this request alone. */
  async chat(prompt: string, request: { axes?: Axes; seed: number; maxTokens: number; format?: object; contextTokens?: number }): Promise<SteeredReply> {
    const options = { seed: request.seed, num_predict: request.maxTokens, num_ctx: request.contextTokens ?? 2_048, axes: request.axes };
    const answer = replySchema.parse(await this.post('/api/chat', { model: this.model, stream: false, messages: [{ role: 'user', content: prompt }], format: request.format, options }));
    if (request.axes && !answer.axes) throw unsupported();
    return { text: answer.message.content, tokens: answer.axes?.tokens ?? [], corrected: answer.axes?.corrected ?? 0, outputTokens: answer.eval_count };
  }

  private async reading(body: object): Promise<TextReading> {
    const { model_digest: digest, log_loss: logLoss, ...rest } = readingSchema.parse(await this.post('/api/residual', { model: this.model, ...body }));
    return { ...rest, digest, logLoss: logLoss ?? null };
  }

  private async post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) }).catch((cause: unknown) => {
      throw new HoldfastError('runtime_unavailable', `${this.url} does not answer`, { cause });
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    const message = /"error":"(.*?)"\}?$/s.exec(text)?.[1] ?? `status ${response.status}`;
    if (path === '/api/residual' && [404, 405].includes(response.status) && !message.includes('model')) throw unsupported();
    if (message.includes('steering_unsupported')) throw unsupported();
    throw new HoldfastError(response.status >= 500 ? 'runtime_unavailable' : 'validation_failed', message);
  }
}

function unsupported(): HoldfastError {
  return new HoldfastError('steering_unsupported', 'this runtime neither reads nor changes activations; the embedded one does (HOLDFAST_RUNTIME=embedded)');
}
