import { join } from 'node:path';
import { fetchNpmPackage } from './npm-package.mjs';
import { SetupError } from './setup-error.mjs';

export const OLDEST_NODE = [20, 19];
/** pdfjs-dist and dependency-cruiser want 22.13, the tests' module hooks 22.15. */
const OLDEST_GOOD_NODE = [22, 15];
const VERSION = '24.21.0';
const PINS = {
  'linux-x64': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'linux-arm64': 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

/** Whether `version` (like 20.20.2) is at least `wanted` ([major, minor]). */
export function isAtLeast(version, [major, minor]) {
  const [ownMajor, ownMinor] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/**
 * @param {string} toolsDir
 * @param {(message: string) => void} report
 * @returns {Promise<string>} the Node to go on with: this one, or one fetched
 */
export async function suitableNode(toolsDir, report) {
  if (isAtLeast(process.versions.node, OLDEST_GOOD_NODE)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const integrity = PINS[platform];
  if (integrity === undefined) {
    throw new SetupError(`This is Node ${process.versions.node}, and Holdfast needs ${OLDEST_GOOD_NODE.join('.')} or newer. There is none to fetch for ${platform}: install Node 24 and try again.`);
  }
  const folder = join(toolsDir, `node-${VERSION}`);
  await fetchNpmPackage({ name: `node-${platform}`, version: VERSION, integrity }, folder, report);
  return join(folder, 'bin', 'node');
}
