import { CAPABILITIES, CAPABILITY_NAMES, type DoctorReport, type Finding, type Support } from '#contracts';
import { diagnose, PROBES, type Runtime } from '#models';
import { COLUMNS, type Column, MODEL } from './servers.js';

export type ColumnResult = { name: string; capabilities: Runtime['capabilities'] | null; report: DoctorReport | null; missing: string | null };

const CONTEXT = 4_096;

/** Runs the suite against one runtime after another. */
export async function runContract(only: string | null, say: (line: string) => void = () => undefined): Promise<ColumnResult[]> {
  const results: ColumnResult[] = [];
  for (const column of COLUMNS.filter(({ name }) => !only || name.toLowerCase().startsWith(only.toLowerCase()))) results.push(await runColumn(column, say));
  return results;
}

export async function runColumn(column: Column, say: (line: string) => void): Promise<ColumnResult> {
  if (column.missing) return { name: column.name, capabilities: null, report: null, missing: column.missing };
  const { runtime, stop } = await column.start();
  try {
    const onFinding = (f: Finding): void => say(`${column.name}: ${f.probe} ${f.verdict.replace('_', ' ')}: ${f.detail}`);
    const report = await diagnose({ runtime, model: MODEL, contextTokens: CONTEXT, signal: new AbortController().signal, onFinding });
    return { name: column.name, capabilities: runtime.capabilities, report, missing: null };
  } finally {
    await stop();
  }
}

type Row = Record<string, string>;
const CELLS = { passed: 'passed', failed: '**failed**', not_shown: 'not shown' } as const;

/** Rows are probes, columns runtimes. */
export function verdictRows(results: readonly ColumnResult[]): Row[] {
  const cell = ({ report, missing }: ColumnResult, probe: string): string => (missing ? 'not here' : CELLS[report!.findings.find((f) => f.probe === probe)!.verdict]);
  return PROBES.map(({ id, title }) => ({ capability: title, ...Object.fromEntries(results.map((r) => [r.name, cell(r, id)])) }));
}

const SUPPORT: Record<Support, string> = { yes: 'yes', by_model: 'if the model can', prompted: 'by prompt and grammar', by_server: 'set in the server', no: 'no' };

export function supportRows(results: readonly ColumnResult[]): Row[] {
  return CAPABILITY_NAMES.map((name) => ({ capability: CAPABILITIES[name], ...Object.fromEntries(results.map((r) => [r.name, r.capabilities ? SUPPORT[r.capabilities[name]] : ''])) }));
}

/** What stands behind the cells, one line each. */
export function detailRows(results: readonly ColumnResult[]): Row[] {
  return PROBES.map(({ id }) => ({ probe: id, ...Object.fromEntries(results.map((r) => [r.name, r.report?.findings.find((f) => f.probe === id)?.detail ?? ''])) }));
}
