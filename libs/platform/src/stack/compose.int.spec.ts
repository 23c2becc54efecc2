import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { WORKER_ROLES } from '#contracts';
import { loadConfig, PROJECT_ROOT } from '../config/index.js';
import { NODE_FLAGS } from './run/node-flags.js';
import { composeParser } from './setup/compose-go.js';
import { TOOLS_DIR } from './setup/tools.js';

interface Service {
  readonly command?: string[];
  readonly network_mode?: string;
  readonly environment?: Record<string, string>;
  readonly ports?: { host_ip?: string; published: string; target: number }[];
  readonly profiles?: string[];
  readonly networks?: Record<string, { aliases?: string[] }>;
  readonly deploy?: { resources: { reservations: { devices: { capabilities: string[] }[] } } };
  readonly depends_on?: Record<string, { condition: string }>;
}

const parser = await composeParser({ toolsDir: TOOLS_DIR, report: () => {} });
const suite = 'path' in parser ? describe : describe.skip;
const reason = 'path' in parser ? '' : ` (skipped: ${parser.missing})`;

suite(`docker-compose.yml${reason}`, () => {
  const parsed = (): Record<string, Service> => {
    const { stdout, stderr, status } = spawnSync((parser as { path: string }).path, ['-format', 'json', 'docker-compose.yml'], { cwd: PROJECT_ROOT, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return (JSON.parse(stdout) as { services: Record<string, Service> }).services;
  };

  it('is a sound compose file with every part of the stack', () => {
    expect(Object.keys(parsed())).toEqual(expect.arrayContaining(['postgres', 'temporal', 'temporal-ui', 'ollama', 'api', 'api-2', 'worker', 'worker-model', 'worker-documents']));
  });

  it('starts the API and the worker as the native stack does', () => {
    const native = readFileSync(join(PROJECT_ROOT, 'libs/platform/src/stack/run/stack.ts'), 'utf8');
    expect(native).toContain('dist/apps/${name}/src/main.js');
    for (const name of ['api', 'api-2', 'worker', 'worker-model', 'worker-documents']) expect(parsed()[name]!.command).toEqual(['node', ...NODE_FLAGS, `dist/apps/${name.split('-')[0]}/src/main.js`]);
  });

  it('gives them settings that the schema takes', () => {
    const all = parsed();
    const roles = ['worker', 'worker-model', 'worker-documents'].flatMap((name) => loadConfig({ ...all[name]!.environment, HOLDFAST_DATA_DIR: PROJECT_ROOT }).workerRoles);
    expect([...roles].sort()).toEqual([...WORKER_ROLES].sort());
    for (const name of ['api', 'worker']) {
      const config = loadConfig({ ...parsed()[name]!.environment, HOLDFAST_DATA_DIR: PROJECT_ROOT });
      expect(config).toMatchObject({ runtime: 'ollama', temporalAddress: 'temporal:7233', host: '127.0.0.1' });
    }
  });

  it('has an Ollama with graphics cards under the name of the other, where its profile is asked for', () => {
    const gpu = parsed()['ollama-gpu']!;
    expect([gpu.profiles, gpu.networks!['default']!.aliases, gpu.deploy!.resources.reservations.devices[0]!.capabilities]).toEqual([['gpu'], ['ollama'], ['gpu']]);
  });

  it('has what looks at it in a profile of its own, with a door to the metrics of each part that Prometheus scrapes', () => {
    const all = parsed();
    for (const name of ['prometheus', 'grafana', 'jaeger']) expect([name, all[name]!.profiles]).toEqual([name, ['monitoring']]);
    const doors = Object.values(all).filter(({ command }) => command?.includes('infra/containers/metrics-door.mjs'));
    const scraped = [...readFileSync(join(PROJECT_ROOT, 'infra/monitoring/prometheus/prometheus.yaml'), 'utf8').matchAll(/'([\w-]+):9465'/g)].map(([, name]) => name);
    expect(doors.map(({ network_mode: network }) => network?.replace('service:', '')).sort()).toEqual(scraped.sort());
    expect(doors.every(({ command, profiles }) => command![2] === '9465' && profiles![0] === 'monitoring')).toBe(true);
    // Off where nobody asks, and the receiver of the profile is allowed.
    const off = loadConfig({ ...all['worker']!.environment, HOLDFAST_DATA_DIR: PROJECT_ROOT });
    expect([off.metricsPort, off.otlpUrl]).toEqual([undefined, undefined]);
    expect(loadConfig({ ...all['worker']!.environment, HOLDFAST_OTLP_URL: 'http://jaeger:4318', HOLDFAST_DATA_DIR: PROJECT_ROOT }).otlpUrl).toBe('http://jaeger:4318');
  });

  it('publishes ports on loopback only', () => {
    const ports = Object.values(parsed()).flatMap((service) => service.ports ?? []);
    expect(ports).toHaveLength(6);
    for (const port of ports) expect(port.host_ip).toBe('127.0.0.1');
  });
});
