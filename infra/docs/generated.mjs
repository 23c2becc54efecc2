import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '#contracts';
import { describeConfig } from '#platform';
import { METRICS } from '#platform/telemetry';
import { REMEDIES } from './error-remedies.mjs';
import { lockedPackages } from '../supply/licences.mjs';
import { between, table } from './markers.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file) => readFileSync(join(ROOT, file), 'utf8');

/** Every file of the documentation that follows from the code, wholly or in part: its path and its text. */
export function generatedFiles() {
  return [
    { file: 'README.md', text: between(read('README.md'), 'configuration', configTable()) },
    { file: 'docs/errors.md', text: errorPage() },
    { file: 'docs/observability.md', text: between(read('docs/observability.md'), 'metrics', metricTable()) },
    { file: 'THIRD_PARTY_NOTICES.md', text: between(between(read('THIRD_PARTY_NOTICES.md'), 'packages', packageTable()), 'brought', broughtTable()) },
  ];
}

function configTable() {
  const shown = (value) => (value === '' ? '' : /\s/.test(value) ? value : `\`${value}\``);
  return table(['Variable', 'Default', 'What it is'], describeConfig().map((setting) => [`\`${setting.name}\``, shown(setting.default), setting.description]));
}

function metricTable() {
  const from = { api: 'API', worker: 'workers, gates' };
  return table(['Metric', 'Of', 'Labels', 'What it is'], Object.entries(METRICS).map(([name, m]) => [`\`${name}\``, from[m.from], m.labels.map((label) => `\`${label}\``).join(', '), `${m.kind === 'counter' ? 'Counter' : m.kind === 'gauge' ? 'Gauge' : 'Histogram'}. ${m.help}`]));
}

function errorPage() {
  const rows = Object.entries(ERROR_CODES).map(([code, { status, retryable, title }]) => [`\`${code}\``, status, retryable ? 'yes' : 'no', title, REMEDIES[code] ?? '']);
  return [
    '# Error codes',
    '',
    'Every error of the API is `application/problem+json` (RFC 9457) with a `code` from this list; a run that failed, and a run that waits, has one in `statusReason`. Codes are stable. `detail` says more about the case at hand. *Retry* says whether the same request can succeed later without a change to it.',
    '',
    '<!-- Written by `npm run docs` from libs/contracts/src/errors.ts and infra/docs/error-remedies.mjs. -->',
    '',
    table(['Code', 'HTTP', 'Retry', 'Meaning', 'What to do'], rows),
    '',
  ].join('\n');
}

/** Built into the page that the API serves. */
const IN_PAGE = new Set(['@mantine/core', '@mantine/hooks', '@tanstack/react-query', '@tanstack/react-virtual', 'react', 'react-dom', 'react-router', 'uplot']);

/** The packages that package.json names, with the licences that the lock file records. */
function packageTable() {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const { packages } = JSON.parse(read('package-lock.json'));
  const rows = (names, use) => Object.keys(names).map((name) => [name, names[name], packages[`node_modules/${name}`]?.license ?? 'see its package', IN_PAGE.has(name) ? 'in the console' : use]);
  return table(['Package', 'Version', 'Licence', 'Use'], [...rows(dependencies, 'at run time'), ...rows(devDependencies, 'to build and test')]);
}

/** The packages that those bring, by licence. */
function broughtTable() {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const byLicence = new Map();
  for (const { name, licence, dev } of lockedPackages()) {
    if (name in dependencies || name in devDependencies) continue;
    const use = dev ? 'to build and test' : 'at run time';
    const key = `${licence} ${use}`;
    byLicence.set(key, { licence, use, names: new Set([...(byLicence.get(key)?.names ?? []), name]) });
  }
  const rows = [...byLicence.values()].sort((a, b) => (a.licence < b.licence || (a.licence === b.licence && a.use < b.use) ? -1 : 1));
  return table(['Licence', 'Use', 'Packages'], rows.map(({ licence, use, names }) => [licence, use, [...names].sort().join(', ')]));
}
