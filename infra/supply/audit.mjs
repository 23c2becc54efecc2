// `npm run audit:deps`: licences, then known weaknesses. Ends with 0 where all is well, 1 where something is found, 2
// where the registry does not say what is known of packages: mirrors mostly don't.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { asking, lockedPackages } from './licences.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const packages = lockedPackages();
const more = asking(packages);
for (const { name, version, licence } of more) console.error(`${name} ${version} is under ${licence || 'no licence that is named'}, which asks for more than a notice`);
console.log(`licences: ${packages.length} packages, ${more.length} that ask for more than a notice`);

const { stdout } = spawnSync('npm', ['audit', '--package-lock-only', '--json'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
const known = weaknesses(stdout);
if (known) {
  for (const { name, severity, range } of known) console.error(`${name} ${range}: ${severity}`);
  console.log(`known weaknesses: ${known.length}`);
} else console.log('known weaknesses: not asked. The npm registry that is configured has no list of them; run this where `npm audit` works.');
process.exitCode = more.length > 0 || known?.length ? 1 : known ? 0 : 2;

/** What npm found, or undefined where it could not ask. */
function weaknesses(text) {
  try {
    const { vulnerabilities } = JSON.parse(text);
    return vulnerabilities && Object.values(vulnerabilities);
  } catch {
    return undefined;
  }
}
