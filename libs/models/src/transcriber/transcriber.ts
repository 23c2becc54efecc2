import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HoldfastError } from '#contracts';
import type { Config } from '#platform';
import { createHostCheck, hostsOutside } from '../wire/host-check.js';
import { httpRequest, readText } from '../wire/http-request.js';
import { toHoldfastError, WireError } from '../wire/wire-error.js';
import { type AudioFormat, audioFormat } from './audio-format.js';

/** Writes down a recording, a line a turn where the server tells speakers apart. @throws HoldfastError with the codes of runtimes */
export type Transcriber = (audio: Buffer, signal: AbortSignal) => Promise<string>;
export type TranscriberConfig = { url: string; model: string; api: 'transcriptions' | 'chat'; apiKey?: string; /** Beside loopback. */ allowedHosts: readonly string[] };

/** A server says nothing while it listens. */
const SILENCE_MS = 600_000;
const MEDIA: Record<AudioFormat, string> = { wav: 'audio/wav', mp3: 'audio/mpeg', m4a: 'audio/mp4', ogg: 'audio/ogg', flac: 'audio/flac', webm: 'audio/webm' };
const WRITE_DOWN = 'Write down this recording word for word, in its own language. Begin a line for each turn with the speaker, such as "Doctor:" or "Patient:". Write nothing else.';

/** Why recordings cannot be taken, in words for whoever sends one; null where they can. */
export function transcriberMissing(config: Pick<Config, 'transcriberUrl' | 'transcriberKeyFile' | 'runtimeHosts' | 'sensitiveRuntimes'>): string | null {
  const { transcriberUrl: url } = config;
  if (!url) return 'no transcriber is configured, and no model here takes audio: send the transcript, or set HOLDFAST_TRANSCRIBER_URL';
  const outside = hostsOutside([url], []).length > 0;
  if (outside && (!config.sensitiveRuntimes.includes('transcriber') || hostsOutside([url], config.runtimeHosts).length > 0)) return 'the transcriber is not on loopback: it takes recordings of patients once HOLDFAST_RUNTIME_HOSTS lists its host and HOLDFAST_SENSITIVE_RUNTIMES has `transcriber`';
  if (outside && config.transcriberKeyFile && url.startsWith('http:')) return 'the key of the transcriber would travel in clear: use an https address';
  return null;
}

/** The configured transcriber, or null where there is none that may hear patients. */
export function configuredTranscriber(config: Config): Transcriber | null {
  if (transcriberMissing(config) !== null) return null;
  const { transcriberUrl: url, transcriberModel: model, transcriberApi: api, transcriberKeyFile: keyFile } = config;
  return createTranscriber({ url: url!, model, api, allowedHosts: config.runtimeHosts, ...(keyFile ? { apiKey: readFileSync(keyFile, 'utf8').trim() } : {}) });
}

export function createTranscriber({ url, model, api, apiKey, allowedHosts }: TranscriberConfig): Transcriber {
  const hosts = createHostCheck(allowedHosts);
  const base = url.replace(/\/+$/, '').replace(/\/v1$/, '');
  return async (audio, signal) => {
    const format = audioFormat(audio);
    if (!format) throw new HoldfastError('validation_failed', 'The recording is in no form that transcribers take.');
    const { path, type, body } = api === 'chat' ? asChat(model, audio, format) : asForm(model, audio, format);
    try {
      const answer = await httpRequest({ url: `${base}${path}`, method: 'POST', headers: { 'content-type': type, ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) }, body, signal, silenceMs: SILENCE_MS, hosts });
      return api === 'chat' ? chatText(await readText(answer)) : spokenText(await readText(answer));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw toHoldfastError(error, { kind: 'openai', url, model });
    }
  };
}

type Asked = { path: string; type: string; body: Buffer | string };

function asForm(model: string, audio: Buffer, format: AudioFormat): Asked {
  const boundary = `holdfast-${randomUUID()}`;
  const field = (name: string, value: string): string => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  // Files of patients have names that say whose they are: the server gets none of these.
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="recording.${format}"\r\ncontent-type: ${MEDIA[format]}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(field('model', model) + field('response_format', 'json') + field('temperature', '0') + file), audio, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { path: '/v1/audio/transcriptions', type: `multipart/form-data; boundary=${boundary}`, body };
}

function asChat(model: string, audio: Buffer, format: AudioFormat): Asked {
  const content = [{ type: 'text', text: WRITE_DOWN }, { type: 'input_audio', input_audio: { data: audio.toString('base64'), format } }];
  return { path: '/v1/chat/completions', type: 'application/json', body: JSON.stringify({ model, temperature: 0, stream: false, messages: [{ role: 'user', content }] }) };
}

type Spoken = { text?: unknown; segments?: { speaker?: unknown; text?: unknown }[] };

/** Turns where the server tells speakers apart, else the text as it is. */
function spokenText(answer: string): string {
  const { text, segments } = json(answer) as Spoken;
  if (typeof text !== 'string') throw new WireError('garbled', '');
  const turns = (segments ?? []).flatMap((s) => (typeof s.speaker === 'string' && typeof s.text === 'string' ? [{ speaker: s.speaker, text: s.text.trim() }] : []));
  if (turns.length === 0 || turns.length !== segments!.length) return text.trim();
  return turns.reduce<typeof turns>((all, turn) => (all.at(-1)?.speaker === turn.speaker ? [...all.slice(0, -1), { ...turn, text: `${all.at(-1)!.text} ${turn.text}` }] : [...all, turn]), []).map((t) => `${t.speaker}: ${t.text}`).join('\n');
}

function chatText(answer: string): string {
  const { choices } = json(answer) as { choices?: { message?: { content?: unknown }; finish_reason?: unknown }[] };
  const text = choices?.[0]?.message?.content;
  if (typeof text !== 'string' || choices![0]!.finish_reason === 'length') throw new WireError('garbled', '');
  return text.trim();
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError('garbled', '');
  }
}
