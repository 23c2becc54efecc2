import { type Client, createClient } from '#client';
import { keyHeaders } from '../api-key.js';
import { type Command, JSON_HELP, type Options, optionNames, text, type Usage, type Words, wordsOf } from '../command.js';
import { EXIT, explain, UsageError } from './exit-codes.js';

export type Given = Words & { client: Client; signal: AbortSignal };

/** A command that asks a running API. */
export type RemoteCommand = Usage & { run(given: Given): Promise<number> };

const URL_OPTION: Options = { url: { type: 'string' } };
const COMMON_HELP = `${JSON_HELP}
  --url URL        where the API is (default: HOLDFAST_URL, else HOLDFAST_HOST and HOLDFAST_PORT)

Where the API asks for a key: HOLDFAST_API_KEY, or the file that HOLDFAST_API_KEY_FILE names.`;

/** @returns the form that main.ts runs */
export function remote(command: RemoteCommand): Command {
  return { help: command.help, options: optionNames(command.options, URL_OPTION), run: (args) => execute(command, args) };
}

async function execute(command: RemoteCommand, given: string[]): Promise<number> {
  let url = apiUrl(undefined);
  try {
    const words = wordsOf(command, given, URL_OPTION, COMMON_HELP);
    if (!words) return EXIT.done;
    url = apiUrl(text(words.values['url']));
    return await withInterrupt((signal) => command.run({ ...words, client: clientOf(url), signal }));
  } catch (error) {
    const told = explain(error, url);
    if (!told) throw error;
    console.error(told.message);
    return told.code;
  }
}

/** Ctrl-C leaves the command, not the run. */
export async function withInterrupt(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  try {
    return await run(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) return 130;
    throw error;
  } finally {
    process.off('SIGINT', stop);
  }
}

/** @throws UsageError */
export const apiClient = (url: string | undefined): Client => clientOf(apiUrl(url));

function clientOf(baseUrl: string): Client {
  return createClient({ baseUrl, headers: keyHeaders(), retry: { attempts: 4 } });
}

function apiUrl(given: string | undefined, env = process.env): string {
  const url = given ?? env['HOLDFAST_URL'] ?? `http://${env['HOLDFAST_HOST'] ?? '127.0.0.1'}:${env['HOLDFAST_PORT'] ?? '3000'}`;
  if (!URL.canParse(url)) throw new UsageError(`--url: ${url} is no address`);
  return url;
}
