import { z } from 'zod';
import type { AgentContract, ToolContract } from '#contracts';

export const codingInputSchema = z.strictObject({
  /** Folder of a repository, or its address; allowed by HOLDFAST_REPOSITORIES. It is only read. */
  repo: z.string().min(1).max(4_000),
  /** What is wrong or wanted, in words. */
  task: z.string().min(1).max(50_000),
  /** Shell command that runs the tests, from the repository's folder. */
  testCommand: z.string().min(1).max(2_000).optional(),
  /** Names of tests that must pass at the end, as the test command prints them. */
  mustPass: z.array(z.string().min(1).max(500)).max(200).default([]),
  /** Commit, branch or tag to start from; what is checked out where not given. */
  base: z.string().min(1).max(200).optional(),
  /** The checkout's uncommitted changes become the first commit. */
  includeUncommitted: z.boolean().default(false),
  /** Existing tests, CI and configuration may be changed. Without it such changes are refused. */
  mayChangeTests: z.boolean().default(false),
  /** Installs what the work needs, with access to the configured hosts: run once, after a person approved it. */
  setup: z.string().min(1).max(2_000).optional(),
  /** What a person approves beside changes of tests and configuration, branches and setup. */
  gates: z.strictObject({
    /** Nothing is changed before a plan is approved. */
    plan: z.boolean().default(false),
    /** Commands of the model: those that look dangerous, or all. */
    commands: z.enum(['dangerous', 'all']).default('dangerous'),
  }).prefault({}),
  /** Log files for `analyse_log`, below the folders of HOLDFAST_REPOSITORIES. They are only read. */
  logs: z.array(z.string().min(1).max(4_000)).max(20).default([]),
  /** `text`: tools are described in the prompt and called in the model's text, for models whose tool calls are poor. */
  protocol: z.enum(['native', 'text']).default('native'),
});
export type CodingInput = z.output<typeof codingInputSchema>;

/** What a run of the tests showed. Names where the output gives them; none is no claim. */
export const testReportSchema = z.object({
  command: z.string(),
  /** Null where the command was ended. */
  exitCode: z.int().nullable(),
  ended: z.enum(['exit', 'time', 'memory', 'output', 'disk', 'cancelled']),
  passed: z.int(),
  failed: z.int(),
  passedNames: z.array(z.string()),
  failedNames: z.array(z.string()),
  /** Commit of the workspace that was tested. */
  commit: z.string(),
});
export type TestReport = z.infer<typeof testReportSchema>;

/** Nothing in it changes unless the work does, so that an unchanged state is no progress. */
export const codingStateSchema = z.object({
  workspace: z.object({ id: z.string(), base: z.string(), commit: z.string(), notes: z.array(z.string()) }).nullable(),
  todo: z.array(z.object({ text: z.string(), done: z.boolean() })),
  /** The tests on the base, before any change. */
  baseline: testReportSchema.nullable(),
  last: testReportSchema.nullable(),
  /** Existing tests, CI and configuration that a person let be changed. */
  allowed: z.array(z.string()),
  /** Changes of files since the tests were last run. */
  changesUntested: z.int(),
  /** The plan that a person approved, with their changes. */
  plan: z.string().nullable().default(null),
  /** What was installed, by a command that a person approved. */
  setup: z.object({ command: z.string() }).nullable().default(null),
  /** The last changes: after which step, which tree (by its id), and how many lines differ from the base. */
  trail: z.array(z.object({ step: z.int(), tree: z.string(), lines: z.int() })).default([]),
});
export type CodingState = z.infer<typeof codingStateSchema>;

export const codingResultSchema = z.object({
  /** `fixed` where the tests show it; `unverified` where there are none to show it; `not_fixed` by the agent's own word. */
  status: z.enum(['fixed', 'unverified', 'not_fixed']),
  summary: z.string(),
  testCommand: z.string().nullable(),
  before: z.object({ exitCode: z.int().nullable(), passed: z.int(), failed: z.int() }).nullable(),
  after: z.object({ exitCode: z.int().nullable(), passed: z.int(), failed: z.int() }).nullable(),
  files: z.array(z.object({ path: z.string(), status: z.enum(['added', 'modified', 'deleted']), added: z.int(), removed: z.int() })),
  /** Changed tests, CI and configuration, for whoever reviews the patch. */
  flagged: z.array(z.string()),
  base: z.string(),
  commit: z.string(),
  /** One for each step that changed files, oldest first. */
  commits: z.array(z.object({ commit: z.string(), step: z.int() })),
  /** Branch of the workspace's own copy of the repository. */
  branch: z.string(),
  notes: z.array(z.string()),
  patch: z.string(),
});
export type CodingResult = z.infer<typeof codingResultSchema>;

const path = z.string().max(1_000).describe('path relative to the repository');
export const toolArgs = {
  list: z.strictObject({ path: path.default('') }),
  read: z.strictObject({ path, from: z.int().min(1).default(1).describe('first line'), to: z.int().min(1).optional().describe('last line') }),
  search: z.strictObject({ pattern: z.string().min(1).max(500).describe('regular expression'), path: path.default('') }),
  symbols: z.strictObject({ path: path.describe('a source file') }),
  edit: z.strictObject({
    path,
    old: z.string().max(100_000).default('').describe('exact text to replace, standing once in the file'),
    new: z.string().max(100_000).default('').describe('text to put there'),
    blocks: z.string().max(200_000).optional().describe('instead of old and new, several changes: <<<<<<< SEARCH, old, =======, new, >>>>>>> REPLACE'),
  }),
  write: z.strictObject({ path, content: z.string().max(400_000) }),
  run: z.strictObject({ command: z.string().min(1).max(4_000).describe('shell command'), seconds: z.int().min(1).max(600).default(120) }),
  test: z.strictObject({ command: z.string().min(1).max(2_000).optional().describe('only where the given one is not wanted') }),
  diff: z.strictObject({ path: path.default('') }),
  log: z.strictObject({ path: path.default(''), count: z.int().min(1).max(50).default(10) }),
  analyse_log: z.strictObject({ path: z.string().max(4_000).describe('a log file of the repository, or one that was given, of any size') }),
  todo: z.strictObject({ items: z.string().max(4_000).describe('one a line; a line that begins with x is done') }),
  propose_plan: z.strictObject({ plan: z.string().min(1).max(8_000).describe('what is to be changed, where, and how it is tested') }),
  setup: z.strictObject({ command: z.string().max(2_000).default('').describe('shell command; the one given with the task where empty') }),
  ask_to_change: z.strictObject({ path, why: z.string().min(1).max(1_000) }),
  publish: z.strictObject({ branch: z.string().regex(/^[\w][\w./-]{0,100}$/).default('').describe('name of the branch; holdfast/ and the run where empty') }),
  finish: z.strictObject({ status: z.enum(['fixed', 'not_fixed']), summary: z.string().min(1).max(4_000) }),
} as const;

const MINUTE = 60_000;
/** A person may take a week. */
const APPROVAL = { expiresAfterS: 7 * 86_400, remindAfterS: 3_600 };
const tool = (name: keyof typeof toolArgs, kind: ToolContract['kind'], description: string, timeoutMs = MINUTE): ToolContract => ({
  // The tree is put back to the step's commit before each call, so that a repeated one finds what the first found.
  name, kind, description, timeoutMs, parameters: toolArgs[name], effect: kind === 'read' || kind === 'search' ? 'read' : 'idempotent',
});

/** Inspects, edits and runs code in a sandbox, and delivers a patch that the tests vouch for. */
export const codingContract: AgentContract = {
  name: 'coding',
  version: '2',
  title: 'Coding',
  description: 'Works on a copy of a repository: reads, edits and runs it in a sandbox without network, and delivers a patch. It calls a bug fixed only where the tests show it.',
  input: codingInputSchema,
  result: codingResultSchema,
  state: codingStateSchema,
  tools: [
    tool('list', 'read', 'Lists a folder.'),
    tool('read', 'read', 'Reads a text file, with line numbers.'),
    tool('search', 'search', 'Searches all files with a regular expression.'),
    tool('symbols', 'read', 'Lists what a source file defines.'),
    tool('edit', 'mutate', 'Replaces text in a file. The old text must stand in exactly one place.'),
    tool('write', 'mutate', 'Writes a whole file.'),
    { ...tool('run', 'exec', 'Runs a shell command in the sandbox: no network, no input.', 11 * MINUTE), approval: APPROVAL },
    { ...tool('test', 'exec', 'Runs the tests.', 21 * MINUTE), approval: APPROVAL },
    tool('diff', 'read', 'Shows what was changed since the start.'),
    tool('log', 'read', 'Shows commits.'),
    tool('analyse_log', 'read', 'Groups the errors of a log file: counts, first places, time line.', 10 * MINUTE),
    tool('todo', 'mutate', 'Keeps the list of what is to be done.'),
    { ...tool('propose_plan', 'ask', 'Lays a plan before a person. Files can be changed once it is approved.'), approval: APPROVAL },
    { ...tool('setup', 'exec', 'Installs what the work needs, with network, once a person approved it. Only before anything was changed.', 31 * MINUTE), approval: APPROVAL },
    { ...tool('ask_to_change', 'ask', 'Asks a person to let an existing test, CI or configuration file be changed.'), approval: APPROVAL },
    { ...tool('publish', 'mutate', 'Puts the work into the repository as a branch, once a person approved it. Only where the task asks for it.', 5 * MINUTE), approval: APPROVAL },
    tool('finish', 'finish', 'Ends the work. `fixed` is only taken where the tests show it.', 41 * MINUTE),
  ],
  limits: { maxSteps: 80, maxTokens: 2_000_000, maxSeconds: 4 * 3_600 },
  sampling: { temperature: 0, maxTokens: 3_000 },
  drift: {
    enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0.1, judge: { fromStep: 20, suspects: 2 },
    // Words once; after that the files go back to where the drift began, and the lesson says why. Twice, since an
    // alarm soon after a remedy leaves one rung out.
    ladder: {
      overthinking: [{ rung: 'nudge', times: 1 }, { rung: 'resample', times: 1 }, { rung: 'rewind' }, { rung: 'escalate' }],
      overacting: [{ rung: 'nudge', times: 1 }, { rung: 'rewind' }, { rung: 'rewind' }, { rung: 'escalate' }],
      degenerate: [{ rung: 'resample' }, { rung: 'rewind' }, { rung: 'escalate' }],
      harness_fault: [{ rung: 'resample' }, { rung: 'rewind' }],
    },
  },
  maxAttempts: 4,
  needsCorpus: false,
  outsideTools: true,
};
