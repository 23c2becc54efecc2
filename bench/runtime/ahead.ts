import { readFileSync } from 'node:fs';
import type { AskedReply } from './replies.js';
import { writtenReply } from './server.js';

/** What a token of a reply costs, in ms of CPU time, and the share of them that were evaluated ahead. */
export type TokenCost = { ms: number; foreseen: number };

const TICK_MS = 10; // clock ticks of /proc, 100 a second on every Linux

/**
 * CPU time of the embedded runtime's process for a reply of its, less that for the first token of such a one: what
 * others do on the machine matters little to it. `word` starts both prompts, so that neither is reused.
 */
export async function tokenCost(url: string, pid: number, model: string, asked: AskedReply, word: string, lookup: boolean): Promise<TokenCost> {
  const spent = async (which: string, tokens: number): Promise<{ ms: number; count: number; foreseen: number }> => {
    const before = cpuMs(pid);
    const figures = await writtenReply(url, model, { ...asked, tokens, prompt: `${which} ${word} ${asked.prompt}` }, { lookup });
    return { ms: cpuMs(pid) - before, count: figures.eval_count, foreseen: figures.eval_foreseen_count ?? 0 };
  };
  const first = await spent('First', 1);
  const all = await spent('Then', asked.tokens);
  return { ms: (all.ms - first.ms) / (all.count - first.count), foreseen: all.foreseen / all.count };
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}
