import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundle, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from '#platform';

const BUILT = fileURLToPath(new URL('../../../workflow-bundle.js', import.meta.url));
/** Running from TypeScript (tests) or from dist. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');

const entry = (name: string): string => fileURLToPath(new URL(`./${name}${FROM_SOURCE ? '.ts' : '.js'}`, import.meta.url));

/** Bundles the workflows; a Node built-in or a forbidden import in workflow code fails here. */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: entry('workflows'),
    workflowInterceptorModules: [entry('workflow-interceptors')],
    failureConverterPath: FAILURE_CONVERTER_PATH,
    webpackConfigHook: (config) => ({
      ...config,
      resolve: {
        ...config.resolve,
        conditionNames: [...(FROM_SOURCE ? ['source'] : []), 'import', 'require', 'default'],
        ...(FROM_SOURCE ? { extensionAlias: { '.js': ['.ts', '.js'] } } : {}),
      },
    }),
    logger: { log: () => undefined, trace: () => undefined, debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}

/** The bundle that the build made, or one made now. */
export async function loadBundle(): Promise<WorkflowBundle> {
  if (!FROM_SOURCE && existsSync(BUILT)) return { code: await readFile(BUILT, 'utf8') };
  return bundleWorkflows();
}

/** For the build: writes the bundle beside the compiled code. */
export async function writeBundle(): Promise<void> {
  const { code } = await bundleWorkflows();
  await mkdir(dirname(BUILT), { recursive: true });
  await writeFile(`${BUILT}.tmp`, code);
  await rename(`${BUILT}.tmp`, BUILT);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle();
