import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { findOnPath, runCommand } from './command.js';
import { type Built, goTool } from './go-tool.js';
import { HELM_VERSION, KUBECONFORM_VERSION, KUBERNETES_VERSION } from './pins.js';
import type { Setup } from './tools.js';

export const helm = (setup: Setup): Promise<Built> => goTool(setup, { name: 'helm', version: HELM_VERSION, package: 'helm.sh/helm/v3/cmd/helm' });
export const kubeconform = (setup: Setup): Promise<Built> => goTool(setup, { name: 'kubeconform', version: KUBECONFORM_VERSION, package: 'github.com/yannh/kubeconform/cmd/kubeconform' });

type Definition = { properties?: Record<string, unknown>; additionalProperties?: unknown; 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[] };
const DEFINITIONS = '_definitions.json';

/**
 * Kubernetes' own description of its objects as JSON Schemas, a file a kind (`deployment-apps-v1.json`), from the Go
 * module that holds it. Fields that an object does not have are errors.
 */
export async function kubernetesSchemas(setup: Setup): Promise<Built> {
  const folder = join(setup.toolsDir, `kubernetes-schemas-${KUBERNETES_VERSION}`);
  if (existsSync(join(folder, DEFINITIONS))) return { path: folder };
  if (findOnPath('go') === undefined) return { missing: 'Go is not on PATH' };
  let reason = '';
  await installOnce(
    folder,
    async (partial) => {
      setup.report(`Fetching Kubernetes' schemas, ${KUBERNETES_VERSION}`);
      const { code, stdout, stderr } = await runCommand('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${KUBERNETES_VERSION}`], { env: { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local' } });
      if (code !== 0) throw new Error((stderr + stdout).trim());
      const { Dir } = JSON.parse(stdout) as { Dir: string };
      writeSchemas(JSON.parse(readFileSync(join(Dir, 'api/openapi-spec/swagger.json'), 'utf8')) as { definitions: Record<string, Definition> }, partial);
    },
    setup.report,
  ).catch((error: Error) => (reason = error.message));
  return reason === '' ? { path: folder } : { missing: `Kubernetes' schemas can't be fetched: ${reason.slice(0, 500)}` };
}

function writeSchemas({ definitions }: { definitions: Record<string, Definition> }, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const definition of Object.values(definitions)) if (definition.properties && definition.additionalProperties === undefined) definition.additionalProperties = false;
  // These two take several shapes, which the description says in words only.
  definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString'] = { oneOf: [{ type: 'string' }, { type: 'integer' }] } as Definition;
  definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { oneOf: [{ type: 'string' }, { type: 'number' }] } as Definition;
  writeFileSync(join(folder, DEFINITIONS), JSON.stringify({ definitions }));
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      const file = [kind, group.split('.')[0], version].filter(Boolean).join('-').toLowerCase();
      writeFileSync(join(folder, `${file}.json`), JSON.stringify({ $ref: `${DEFINITIONS}#/definitions/${name}` }));
    }
  }
}
