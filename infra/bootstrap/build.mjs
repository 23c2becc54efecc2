import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fingerprint, listFiles } from './fingerprint.mjs';
import { SetupError } from './setup-error.mjs';
import { withLock } from './with-lock.mjs';

const SOURCES = ['apps', 'libs', 'bench', 'eval', 'test', 'tsconfig.json', 'package.json', 'package-lock.json'];
const STAMP = 'dist/.build.json';
/** Makes Temporal's workflow bundle, so that a workflow that can't be bundled fails here and not in a worker. */
const BUNDLE = 'dist/apps/worker/src/bundle.js';

/** What the page is made of: it changes less often than the rest, and is built by itself. */
const PAGE = ['apps/console', 'libs/client', 'package.json', 'package-lock.json'];
const PAGE_STAMP = 'dist/.console.json';

/** Compiles into dist/ where a source changed since the last build. */
export async function ensureBuild(root, report) {
  await withLock(
    join(root, '.holdfast', 'build.lock'),
    () => {
      buildPage(root, report);
      const files = listFiles(root, SOURCES).filter((file) => !file.startsWith('apps/console/'));
      const stamp = { files: files.filter((file) => file.endsWith('.ts')), fingerprint: fingerprint(root, files) };
      const last = readStamp(root);
      if (last?.fingerprint === stamp.fingerprint) return;
      report('Building');
      dropWhatWasRemoved(root, last, stamp);
      rmSync(join(root, STAMP), { force: true });
      compile(root);
      copyAssets(root, files);
      bundle(root);
      writeFileSync(join(root, STAMP), JSON.stringify(stamp));
    },
    report,
  );
}

function readStamp(root, name = STAMP) {
  try {
    return JSON.parse(readFileSync(join(root, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** tsc leaves the output of a source that is gone, and something could go on importing it. */
function dropWhatWasRemoved(root, last, { files }) {
  const kept = new Set(files);
  for (const file of (last?.files ?? []).filter((name) => !kept.has(name))) {
    for (const ending of ['.js', '.js.map']) rmSync(join(root, 'dist', file.replace(/\.ts$/, ending)), { force: true });
  }
}

/** The console into dist/console, which the API serves. */
function buildPage(root, report) {
  const stamp = { fingerprint: fingerprint(root, listFiles(root, PAGE)) };
  if (readStamp(root, PAGE_STAMP)?.fingerprint === stamp.fingerprint) return;
  report('Building the console');
  rmSync(join(root, PAGE_STAMP), { force: true });
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'apps/console/vite.config.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new SetupError("The console can't be built: see the error above.");
  writeFileSync(join(root, PAGE_STAMP), JSON.stringify(stamp));
}

function compile(root) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--pretty'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new SetupError('The TypeScript sources do not compile: see the errors above.');
}

/** Migrations, prompts and other files are read from beside the code that uses them. */
function copyAssets(root, files) {
  // A file may be gone again since it was listed, where somebody works while this builds.
  for (const file of files.filter((name) => /^(apps|libs|bench|eval)\//.test(name) && !name.endsWith('.ts') && existsSync(join(root, name)))) {
    const target = join(root, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
  }
}

function bundle(root) {
  if (!existsSync(join(root, BUNDLE))) return;
  const { status } = spawnSync(process.execPath, [join(root, BUNDLE)], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new SetupError("The workflows can't be bundled: see the error above.");
}
