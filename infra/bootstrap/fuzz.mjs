// `npm run fuzz:api` and `npm run fuzz:files`: the suites of test/fuzz, for longer and from another seed where asked.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SECONDS = { short: 25, full: 900 };

const [what, ...rest] = process.argv.slice(2);
const options = { full: { type: 'boolean' }, seed: { type: 'string' }, seconds: { type: 'string' }, only: { type: 'string' } };
let values;
try {
  ({ values } = parseArgs({ args: rest, options }));
  for (const name of ['seed', 'seconds']) if (values[name] !== undefined && !/^[1-9]\d{0,8}$/.test(values[name])) throw new Error(`--${name} takes a whole number above 0`);
} catch (error) {
  console.error(`npm run fuzz:${what}: ${error.message}`);
  process.exit(2);
}
const env = {
  ...process.env,
  HOLDFAST_FUZZ_SECONDS: values.seconds ?? String(values.full ? SECONDS.full : SECONDS.short),
  ...(values.seed ? { HOLDFAST_FUZZ_SEED: values.seed } : {}),
  ...(values.only ? { HOLDFAST_FUZZ_ONLY: values.only } : {}),
};
const { status } = spawnSync(process.execPath, ['infra/bootstrap/run-tests.mjs', '--ring', 'integration', ...(what === 'api' ? ['test/fuzz/api'] : ['test/fuzz/files', 'test/fuzz/bodies'])], { cwd: ROOT, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
