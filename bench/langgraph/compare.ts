import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '#platform';
import { TOOLS_DIR } from '#platform/stack';

/** Only this comparison wants them, so they are installed when it is made. All MIT. */
const PACKAGES = ['@langchain/langgraph@1.7.3', '@langchain/langgraph-checkpoint-postgres@1.0.5', '@langchain/core@1.4.0', 'zod@4.6.7', 'pg@8.23.1'];

export type GraphCost = { steps: number; msPerStep: number; bytesPerStep: number };

/** Installs LangGraph.js beside the tools. @returns its folder, or why there is none. */
export function langgraphFolder(): { folder: string } | { missing: string } {
  const folder = join(TOOLS_DIR, 'bench-langgraph');
  const done = join(folder, 'installed');
  if (existsSync(done)) return { folder };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  try {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '-E', ...PACKAGES], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    writeFileSync(done, '');
    return { folder };
  } catch (error) {
    return { missing: `LangGraph.js could not be installed: ${(error as Error).message.split('\n')[0]}` };
  }
}

/** What a step costs there, for each count of steps, on the same Postgres. */
export async function graphCosts(folder: string, databaseUrl: string, counts: number[]): Promise<GraphCost[]> {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'bench/langgraph/graph.mjs'), folder, databaseUrl, ...counts.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const costs: GraphCost[] = [];
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('{')) costs.push(JSON.parse(line) as GraphCost);
  if (costs.length < counts.length) throw new Error('LangGraph.js did not get through');
  return costs;
}
