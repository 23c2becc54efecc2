import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, createClient } from '#client';
import { keyHeaders } from '../api-key.js';
import { EXIT, explain, UsageError } from './exit-codes.js';
import { Output } from './output.js';

type Options = Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }>;
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;
export type Given = { client: Client; out: Output; args: string[]; values: Values; signal: AbortSignal };

/** A command that asks a running API. `usage` begins with how it is called; `args` is how many words it takes at least. */
export type RemoteCommand = { help: string; usage: string; args: number; options?: Options; run(given: Given): Promise<number> };

const COMMON: Options = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' }, url: { type: 'string' } };
const COMMON_HELP = `  --json           print JSON
  --url URL        where the API is (default: HOLDFAST_URL, else HOLDFAST_HOST and HOLDFAST_PORT)

Where the API asks for a key: HOLDFAST_API_KEY, or the file that HOLDFAST_API_KEY_FILE names.`;

export const optionsOf = (command: RemoteCommand): string[] => Object.keys({ ...command.options, ...COMMON }).map((name) => `--${name}`);

/** @returns the form that main.ts runs */
export function remote(command: RemoteCommand): { help: string; options: string[]; run(args: string[]): Promise<number> } {
  return { help: command.help, options: optionsOf(command), run: (args) => execute(command, args) };
}

async function execute(command: RemoteCommand, words: string[]): Promise<number> {
  let url = apiUrl(undefined);
  try {
    const options: Options = { ...command.options, ...COMMON };
    const parsed = parseArgs({ args: words, allowPositionals: true, options });
    const [values, args]: [Values, string[]] = [parsed.values, parsed.positionals];
    if (values['help']) {
      console.log(`holdfast ${command.usage}\n\n${COMMON_HELP}`);
      return EXIT.done;
    }
    if (args.length < command.args) throw new UsageError(`holdfast ${command.usage.split('\n')[0]}`);
    url = apiUrl(values['url'] as string | undefined);
    return await withInterrupt((signal) => command.run({ client: clientOf(url), out: new Output(Boolean(values['json'])), args, values, signal }));
  } catch (error) {
    const told = explain(error, url);
    if (!told) throw error;
    console.error(told.message);
    return told.code;
  }
}

/** Ctrl-C leaves the command, not the run. */
async function withInterrupt(run: (signal: AbortSignal) => Promise<number>): Promise<number> {
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

function clientOf(baseUrl: string): Client {
  return createClient({ baseUrl, headers: keyHeaders(), retry: { attempts: 4 } });
}

function apiUrl(given: string | undefined, env = process.env): string {
  const url = given ?? env['HOLDFAST_URL'] ?? `http://${env['HOLDFAST_HOST'] ?? '127.0.0.1'}:${env['HOLDFAST_PORT'] ?? '3000'}`;
  if (!URL.canParse(url)) throw new UsageError(`--url: ${url} is no address`);
  return url;
}

/** A path as the person meant it: the bootstrap starts commands in the project's folder. */
export const pathOf = (given: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
export const text = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined);

/** @throws UsageError */
export function whole(name: string, value: Values[string]): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,15}$/.test(String(value))) return Number(value);
  throw new UsageError(`${name}: ${String(value)} is no whole number`);
}
