import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type Schemathesis } from '#platform/stack';
import type { KnownIds } from './fuzz-target.js';

/** What is asked of every answer: that it is no 500, and that status, media type, headers and body are those that the document tells of. */
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance', 'response_schema_conformance'];
/** Failures of what stands behind the API, which it names as such. */
const NAMED_FAILURES = [501, 502, 503, 504, 507];
/** How often a parameter is the id of something that is there. */
const KNOWN = 0.7;

export type Fuzzed = {
  operations: { total: number; tested: number };
  cases: number;
  /** What was found, with the operations that it was found in. */
  failures: { title: string; count: number; operations: string[] }[];
  errors: { title: string; count: number }[];
  stopReason: string;
  /** All that it printed: how to send each request again. */
  log: string;
};

export type FuzzOptions = { url: string; ids: KnownIds; seconds: number; seed: number; only?: string | undefined };

/** Sends what the OpenAPI document allows, and what it forbids, to a running API for some time. */
export async function runSchemathesis(tool: Schemathesis, o: FuzzOptions): Promise<Fuzzed> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-schemathesis-'));
  try {
    await writeFile(join(folder, 'schemathesis.toml'), configuration(o.ids));
    const report = join(folder, 'report.json');
    const args = ['--config-file', join(folder, 'schemathesis.toml'), '--no-color', 'run', `${o.url}/openapi.json`, '--max-time', String(o.seconds), '--seed', String(o.seed), '--checks', CHECKS.join(','), '--report-json-path', report, '--request-timeout', '10', ...(o.only ? ['--include-path-regex', o.only] : [])];
    const { code, stdout, stderr } = await runCommand(tool.python, [...tool.args, ...args], { cwd: folder, env: { ...process.env, ...tool.env, HOME: folder } });
    const text = await readFile(report, 'utf8').catch(() => null);
    if (text === null) throw new Error(`Schemathesis ended with ${code} and no report:\n${stdout}\n${stderr}`);
    const told = JSON.parse(text) as { operations: Fuzzed['operations'] | null; test_cases: { generated: number }; failures: Fuzzed['failures']; errors: Fuzzed['errors']; stop_reason: string };
    return { operations: told.operations ?? { total: 0, tested: 0 }, cases: told.test_cases.generated, failures: told.failures, errors: told.errors, stopReason: told.stop_reason, log: stdout };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configuration(ids: KnownIds): string {
  const text = JSON.stringify;
  const dictionaries: string[] = [];
  const operations = Object.entries(ids).map(([path, parameters]) => {
    const bound = Object.entries(parameters).map(([name, values]) => {
      const dictionary = `known-${dictionaries.length}`;
      dictionaries.push(`[dictionaries.${dictionary}]\nvalues = ${text(values)}`);
      return `${text(name)} = { dictionary = ${text(dictionary)}, probability = ${KNOWN} }`;
    });
    return `[[operations]]\ninclude-path-regex = ${text(path)}\nparameters = { ${bound.join(', ')} }`;
  });
  return [
    'continue-on-failure = true',
    'warnings = false',
    'suppress-health-check = ["all"]',
    // A stream of events ends with its run, which may be never.
    'max-stream-events = 5',
    '[cache]\nenabled = false',
    '[generation]\ndatabase = "none"\nno-shrink = true',
    `[checks]\nnot_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", ${NAMED_FAILURES.join(', ')}]`,
    ...dictionaries,
    ...operations,
  ].join('\n\n');
}
