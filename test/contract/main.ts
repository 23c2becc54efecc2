import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { PROJECT_ROOT } from '#platform';
import { type ColumnResult, detailRows, runContract, supportRows, verdictRows } from './run-contract.js';

const options = parseMeasureOptions('npm run contract', ['ollama', 'openai', 'embedded']);
const results = await runContract(options.only, (line) => void process.stderr.write(`• ${line}\n`));
printTable('Contract of the runtimes, with Gemma 3 270M (a base model) and all-MiniLM-L6-v2', verdictRows(results));
printTable('What each API has', supportRows(results));
await writeJson(options.json, 'contract', metricsOf(results), verdictRows(results));
if (!options.only) writeFileSync(join(PROJECT_ROOT, 'docs', 'contract.md'), page(results));
process.exitCode = results.some(({ report }) => report) ? 0 : 1;

function metricsOf(all: ColumnResult[]): Record<string, number> {
  const entries = all.flatMap(({ name, report }) => {
    const key = name.split(' ')[0]!.toLowerCase();
    const count = (verdict: string): [string, number] => [`${key}.${verdict}`, report?.findings.filter((f) => f.verdict === verdict).length ?? 0];
    const figures = report?.findings.flatMap((f) => Object.entries(f.numbers).map(([n, v]): [string, number] => [`${key}.${f.probe}.${n}`, v])) ?? [];
    return [count('passed'), count('failed'), count('not_shown'), ...figures];
  });
  return Object.fromEntries(entries);
}

function page(all: ColumnResult[]): string {
  const table = (rows: Row[]): string => {
    const columns = Object.keys(rows[0]!);
    const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
    return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((c) => String(row[c] ?? ''))))].join('\n');
  };
  const versions = all.map(({ name, report, missing }) => `- ${name}: ${report ? `version ${report.version}` : `not here: ${missing}`}`).join('\n');
  return `# What each runtime can

Written by \`npm run contract\`, which runs one suite against every kind of runtime and one model: Gemma 3 270M, a base model without training for tools, thinking or images, and all-MiniLM-L6-v2 for embeddings. A cell says **passed**, **failed**, or *not shown*: no model here could show it, or the API has no such thing. Nothing is filled in by assumption; \`holdfast doctor\` runs the same probes against your own model.

${versions}

${table(verdictRows(all))}

## What each API has

Callers read this table as data (\`libs/models/src/capabilities.ts\`), never a runtime's kind.

${table(supportRows(all))}

## What was seen

${table(detailRows(all))}
`;
}
