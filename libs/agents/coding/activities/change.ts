import type { ToolResult } from '#activities';
import type { z } from 'zod';
import { applyHunks, giveTo, identityOf, insidePath, parseBlocks, plainText, readText, syntaxProblem, type TextFile, writeText } from '#workspace';
import type { toolArgs } from '../contract.js';
import { needsApproval } from './flags.js';
import { keepChanges, planIsThere, refused, type Work } from './setting.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

export async function edit(work: Work, args: Args<'edit'>): Promise<ToolResult> {
  const closed = guard(work, args.path, true);
  if (closed) return closed;
  const file = await readText(work.ws.place.tree, args.path);
  const hunks = args.blocks === undefined ? [{ old: args.old, new: args.new }] : parseBlocks(args.blocks);
  if (!hunks) return refused('The blocks are not of the form <<<<<<< SEARCH, old, =======, new, >>>>>>> REPLACE.');
  const result = applyHunks(file.text, hunks);
  if (!result.ok) return refused(result.reason);
  const note = result.loose ? ' The old text was found by its words; white space was adapted.' : '';
  return save(work, args.path, { ...file, text: result.text }, file.text, note);
}

export async function write(work: Work, { path, content }: Args<'write'>): Promise<ToolResult> {
  const before = await readText(work.ws.place.tree, path).catch(() => null);
  const closed = guard(work, path, before !== null);
  if (closed) return closed;
  return save(work, path, before ? { ...before, text: content.replaceAll('\r\n', '\n') } : plainText(content), before?.text ?? '', '');
}

function guard({ input, state }: Work, path: string, exists: boolean): ToolResult | null {
  if (!planIsThere(input, state)) return refused('Nothing is changed before a plan is approved: use propose_plan first.');
  if (input.mayChangeTests || !needsApproval(insidePath(path), exists) || state.allowed.includes(insidePath(path))) return null;
  return refused(`${path} is ${exists ? 'a test, CI or configuration that exists' : 'CI or configuration'}, and may not be changed in this run. Mend the code instead, or ask_to_change; new tests may be added in new files.`);
}

async function save(work: Work, path: string, file: TextFile, before: string, note: string): Promise<ToolResult> {
  const { ws, settings, state } = work;
  await settings.workspaces.beginChange(ws);
  const { madeBelow, file: written } = await writeText(ws.place.tree, path, file);
  const owner = identityOf(ws.place.tree);
  // Folders that were made on the way too; else the file alone, which may have been there.
  await giveTo(madeBelow === ws.place.tree ? written : madeBelow, owner).catch(() => giveTo(ws.place.tree, owner));
  const kept = await keepChanges(work, state);
  const problem = await syntaxProblem(path, file.text);
  const had = problem && (await syntaxProblem(path, before));
  const broken = problem && !had ? `\nBut now line ${problem.line} does not parse: ${problem.text}` : '';
  return { content: `${path} was written.${note}${broken}`, ...kept, ...(broken ? { error: 'agent' as const } : {}) };
}
