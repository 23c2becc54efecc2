import { z } from 'zod';
import type { AgentContract } from '#contracts';

/**
 * Exercises the machinery and nothing else: what the model says is repeated, what its tool gives is filler. For tests
 * and benchmarks, with a scripted runtime; a stack lists it only where HOLDFAST_PROBE_AGENT=1.
 */
export const probeContract: AgentContract = {
  name: 'probe',
  version: '1',
  title: 'Probe',
  description: 'Exercises the run loop with a scripted model. For tests and benchmarks.',
  input: z.strictObject({ steps: z.int().min(1).max(100_000).default(3), bytes: z.int().min(1).max(100_000).default(200) }),
  result: z.object({ steps: z.int() }),
  state: z.object({ done: z.int() }),
  tools: [
    { name: 'read_filler', description: 'Returns filler text.', kind: 'read', effect: 'read', parameters: z.object({ n: z.int() }), timeoutMs: 30_000 },
    { name: 'append_line', description: 'Appends a line to a file, once.', kind: 'mutate', effect: 'idempotent', parameters: z.object({ path: z.string(), line: z.string() }), timeoutMs: 30_000 },
    { name: 'append_approved', description: 'Appends a line to a file once a person has approved it.', kind: 'mutate', effect: 'idempotent', parameters: z.object({ path: z.string(), line: z.string() }), timeoutMs: 30_000, approval: {} },
    { name: 'done', description: 'Ends the run.', kind: 'finish', effect: 'read', parameters: z.object({}), timeoutMs: 30_000 },
  ],
  limits: { maxSteps: 10_000, maxTokens: 1_000_000_000, maxSeconds: 86_400 },
  sampling: { maxTokens: 512 },
  drift: { enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: true, holdout: 0 },
  maxAttempts: 3,
  needsCorpus: false,
  outsideTools: true,
  memory: { compaction: false, tools: false },
};
