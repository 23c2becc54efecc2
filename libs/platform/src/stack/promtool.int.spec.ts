import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PROJECT_ROOT } from '../config/index.js';
import { promtool } from './setup/promtool.js';
import { TOOLS_DIR } from './setup/tools.js';

jest.setTimeout(60_000);

const tool = await promtool({ toolsDir: TOOLS_DIR, report: () => {} });
const suite = 'path' in tool ? describe : describe.skip;
const reason = 'path' in tool ? '' : ` (skipped: ${tool.missing})`;
const FOLDER = join(PROJECT_ROOT, 'infra/monitoring/prometheus');

type Panel = { title: string; targets?: { expr: string }[] };

suite(`infra/monitoring${reason}`, () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'holdfast-promtool-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync((tool as { path: string }).path, args, { cwd: FOLDER, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  it('has alerts that Prometheus takes', () => {
    expect(run('check', 'rules', '--lint-fatal', 'rules.yaml')).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('has alerts that fire when they should, and not before', () => {
    expect(run('test', 'rules', 'rules.test.yaml')).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('has a configuration for the containers that Prometheus takes', () => {
    expect(run('check', 'config', '--syntax-only', 'prometheus.yaml')).toEqual({ status: 0, output: expect.stringContaining('is valid') });
  });

  it('has a dashboard whose every query is one', () => {
    const { panels } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'infra/monitoring/grafana/dashboards/holdfast.json'), 'utf8')) as { panels: Panel[] };
    const queries = panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')));
    expect(queries.length).toBeGreaterThan(20);
    const rules = (exprs: string[]): string => {
      const file = join(folder, 'queries.yaml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: exprs.map((expr, i) => ({ record: `query_${i}`, expr })) }] }));
      return file;
    };
    expect(run('check', 'rules', '--lint=none', rules(queries))).toEqual({ status: 0, output: expect.stringContaining(`${queries.length} rules found`) });
    // It would notice one that is none.
    expect(run('check', 'rules', '--lint=none', rules(['sum by (x holdfast_runs'])).status).not.toBe(0);
  });
});
