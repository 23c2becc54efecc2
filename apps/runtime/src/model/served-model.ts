import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ModelSetting } from '../config.js';
import type { ChatTemplate } from '../prompt/templates.js';
import type { ModelThread } from './model-thread.js';

/** A model that requests can name. */
export interface ServedModel {
  readonly setting: ModelSetting;
  readonly kind: 'chat' | 'embed';
  readonly thread: ModelThread;
  readonly template: ChatTemplate | undefined;
  readonly file: Stats;
  /** SHA-256 of the file; read on the first call, kept then. */
  digest(): Promise<string>;
}

export async function serveModel(kind: ServedModel['kind'], setting: ModelSetting, thread: ModelThread, template: ChatTemplate | undefined): Promise<ServedModel> {
  let digest: Promise<string> | undefined;
  return { kind, setting, thread, template, file: await stat(setting.file), digest: () => (digest ??= hashFile(setting.file)) };
}

/** Whether a request's `asked` means the model called `name`; a name without a tag means its `latest`. */
export function isSameModel(asked: string, name: string): boolean {
  const full = (text: string): string => (text.includes(':') ? text : `${text}:latest`);
  return full(asked) === full(name);
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
