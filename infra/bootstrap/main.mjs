import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from './commands.mjs';
import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { isAtLeast, OLDEST_NODE, suitableNode } from './node-version.mjs';
import { HAS_PARENT, watchParent } from './parent-watch.mjs';
import { SetupError } from './setup-error.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const report = (message) => console.error(`• ${message}`);

/**
 * What every npm script goes through: a Node that is new enough, the npm packages, the build, then the command. Each
 * part is done once and found again; what was interrupted goes on where it stopped.
 */
async function main([name = 'help', ...args]) {
  const command = COMMANDS[name];
  if (!command) return list(name === 'help' || name === '--help' ? 0 : 2);
  if (args.includes('--help') && command.usage) return usage(command);
  if (!isAtLeast(process.versions.node, OLDEST_NODE)) throw new SetupError(`Node ${OLDEST_NODE.join('.')} or newer is needed to begin with; this is ${process.versions.node}.`);
  const node = await suitableNode(join(ROOT, '.holdfast', 'tools'), report);
  if (node !== process.execPath) return run(node, [fileURLToPath(import.meta.url), name, ...args], { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` });
  await ensureDependencies(ROOT, report);
  if (command.build) await ensureBuild(ROOT, report);
  for (const step of command.steps(args)) {
    const code = await run(process.execPath, step.args);
    if (code !== 0) return code;
  }
  return 0;
}

function usage(command) {
  console.log(`${command.usage}\n\n${command.summary}`);
  return 0;
}

function list(code) {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  (code === 0 ? console.log : console.error)(['npm run COMMAND -- [OPTIONS]   (--help after a command shows its options)', '', ...lines].join('\n'));
  return code;
}

/** Runs to the end; a signal to this process is the child's affair, which gets it from the terminal or from here. */
function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, [HAS_PARENT]: '1', ...env } });
    const pass = (signal) => child.kill(signal);
    const unwatch = watchParent(() => pass('SIGTERM'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      unwatch();
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

try {
  if (!existsSync(join(ROOT, 'package.json'))) throw new SetupError('The project folder is incomplete: package.json is missing.');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exitCode = 1;
}
