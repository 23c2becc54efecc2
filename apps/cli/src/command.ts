import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HoldfastError } from '#contracts';
import { EXIT, UsageError } from './remote/exit-codes.js';
import { Output } from './remote/output.js';

export type Options = Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }>;
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;
export type Words = { out: Output; args: string[]; values: Values };
/** What main.ts runs. `options` are for completion. */
export type Command = { help: string; options: string[]; run(args: string[]): Promise<number> };

/** `usage` begins with how it is called; `args` is how many words it takes at least, `most` how many at most. */
export type Usage = { help: string; usage: string; args?: number; most?: number; options?: Options };

const COMMON: Options = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } };
export const JSON_HELP = '  --json           print JSON';

/**
 * A command's words as it takes them; null where its help was asked for, which is then printed.
 * @throws UsageError, and what `parseArgs` throws
 */
export function wordsOf({ usage, args: least = 0, most = Infinity, options }: Usage, given: string[], common: Options = {}, commonHelp = JSON_HELP): Words | null {
  const { values, positionals } = parseArgs({ args: given, allowPositionals: true, options: { ...options, ...COMMON, ...common } });
  if (values['help']) {
    console.log(`holdfast ${usage}\n\n${commonHelp}`);
    return null;
  }
  if (positionals.length < least || positionals.length > most) throw new UsageError(`holdfast ${usage.split('\n')[0]}`);
  return { out: new Output(Boolean(values['json'])), args: positionals, values };
}

export const optionNames = (...options: (Options | undefined)[]): string[] => Object.keys(Object.assign({}, ...options, COMMON)).map((name) => `--${name}`);

/** A command that works on this machine and needs no API. */
export function local(command: Usage & { run(words: Words): Promise<number> }): Command {
  return {
    help: command.help,
    options: optionNames(command.options),
    async run(given) {
      const words = wordsOf(command, given);
      if (!words) return EXIT.done;
      try {
        return await command.run(words);
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error;
        console.error(`${error.code}: ${error.message}\n→ docs/errors.md says what to do about ${error.code}.`);
        return codeOf(error);
      }
    },
  };
}

/** As `remote/exit-codes.ts` has it for answers of the API. */
export function codeOf({ code }: HoldfastError): number {
  if (code === 'validation_failed') return EXIT.usage;
  return code === 'runtime_unavailable' || code === 'database_unavailable' ? EXIT.unreachable : EXIT.failed;
}

export const text = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined);

/** A path as the person meant it: the bootstrap starts commands in the project's folder. */
export const pathOf = (given: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), given);

/** @throws UsageError */
export function whole(name: string, value: Values[string]): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,15}$/.test(String(value))) return Number(value);
  throw new UsageError(`${name}: ${String(value)} is no whole number`);
}

/** @throws UsageError */
export function objectOf(name: string, given: string): Record<string, unknown> {
  try {
    return JSON.parse(given) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
}
