import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRICS } from '#platform/telemetry';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const rules = read('infra/monitoring/prometheus/rules.yaml');
const tests = read('infra/monitoring/prometheus/rules.test.yaml');
const dashboard = JSON.parse(read('infra/monitoring/grafana/dashboards/holdfast.json'));
const namesIn = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
const alerts = namesIn(rules, /alert: (\w+)/g);
/** Both spellings of a histogram's series stand for its metric. */
const metricsIn = (text) => namesIn(text, /\b(holdfast_\w+?)(?:_bucket|_sum|_count)?(?=[{[)\s"]|$)/gm);

describe('the alerts', () => {
  it('are in the runbook, each with what to do, and the runbook names no other', () => {
    const rows = namesIn(read('docs/runbook.md'), /^\| `(Holdfast\w+)` \|/gm);
    expect(rows).toEqual(alerts);
    for (const line of read('docs/runbook.md').split('\n').filter((l) => l.startsWith('| `Holdfast'))) expect(line.split(' | ').at(-1).length).toBeGreaterThan(20);
  });

  it('are tested: those that page in both directions', () => {
    const paging = namesIn(rules, /alert: (\w+)\n(?:(?!alert:)[\s\S])*?severity: page/g);
    expect(paging.length).toBeGreaterThan(3);
    const fired = namesIn(tests, /alertname: (\w+)\n\s+exp_alerts:\n/g);
    expect(paging.filter((name) => !fired.includes(name) && name !== 'HoldfastWorkflowTasksFail')).toEqual([]);
  });

  it('have a severity and words', () => {
    expect(rules.match(/severity: (page|ticket)/g)).toHaveLength(alerts.length);
    expect(rules.match(/summary: '/g)).toHaveLength(alerts.length);
  });
});

describe('the dashboard and the alerts', () => {
  const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const asked = metricsIn([rules.replace(/name: holdfast-\w+/g, ''), ...queries].join('\n'));

  it('ask for metrics that there are', () => {
    expect(asked.length).toBeGreaterThan(12);
    expect(asked.filter((name) => !(name in METRICS))).toEqual([]);
  });

  it('show every metric that there is', () => {
    expect(Object.keys(METRICS).filter((name) => !asked.includes(name))).toEqual([]);
  });

  it('group by labels that the metric has', () => {
    for (const expr of queries) {
      const names = metricsIn(expr);
      const allowed = new Set(['le', 'instance', ...names.flatMap((name) => METRICS[name]?.labels ?? []), ...(expr.includes('temporal_') ? ['activity_type', 'workflow_type', 'operation'] : [])]);
      for (const [, labels] of expr.matchAll(/ by \(([^)]*)\)/g)) for (const label of labels.split(', ')) expect([expr, allowed.has(label)]).toEqual([expr, true]);
    }
  });

  it('has panels that do not lie on each other, from one data source', () => {
    const cells = new Set();
    for (const { gridPos: { x, y, w, h }, datasource, type } of dashboard.panels) {
      if (type !== 'row') expect(datasource).toEqual({ type: 'prometheus', uid: 'holdfast-prometheus' });
      for (let i = x; i < x + w; i++) for (let j = y; j < y + h; j++) {
        expect(cells.has(`${i},${j}`)).toBe(false);
        cells.add(`${i},${j}`);
      }
    }
    expect(read('infra/monitoring/grafana/provisioning/datasources/holdfast.yaml')).toContain('uid: holdfast-prometheus');
  });
});
