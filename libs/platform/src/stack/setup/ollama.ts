import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { SetupError } from '#bootstrap/setup-error';
import { findOnPath, runCommand } from './command.js';
import { MALGO_VERSION, OLLAMA_VERSION } from './pins.js';
import type { Setup } from './tools.js';

/** A real Ollama server for tests, or the reason why there is none. */
export type OllamaBinary = { readonly path: string } | { readonly missing: string };

/** Instruction sets by name, not `-march=native`: a binary that is kept may be started on another machine. */
const AVX2_FLAGS = '-mavx -mavx2 -mfma -mf16c -mbmi2 -mssse3';
const AVX2_CPU_FLAGS = ['avx2', 'fma', 'f16c', 'bmi2', 'ssse3'];
/** Headers that Ollama's module leaves out, by where they are looked for. */
const HEADER_PACKAGES = { 'stb/stb_image.h': 'libstb-dev', 'nlohmann/json.hpp': 'nlohmann-json3-dev' } as const;

/** The Ollama on PATH, or one built from the Go module proxy (some minutes on two cores, once). */
export async function ollamaBinary(setup: Setup): Promise<OllamaBinary> {
  const installed = findOnPath('ollama');
  if (installed !== undefined) return { path: installed };
  const variant = hasAvx2() ? 'avx2' : process.arch;
  const folder = join(setup.toolsDir, `ollama-${OLLAMA_VERSION}`, variant);
  const path = join(folder, 'ollama');
  if (existsSync(path)) return { path };
  const lacking = ['go', 'gcc', 'g++'].filter((tool) => findOnPath(tool) === undefined);
  if (lacking.length > 0) return { missing: `no Ollama on PATH, and it can't be built without ${lacking.join(', ')}` };
  try {
    await installOnce(folder, (partial) => build(setup, partial, variant), setup.report);
    return { path };
  } catch (error) {
    if (error instanceof SetupError) return { missing: error.message };
    throw error;
  }
}

async function build(setup: Setup, target: string, variant: string): Promise<void> {
  setup.report(`Building Ollama ${OLLAMA_VERSION} for tests (some minutes, once)`);
  const headers = `${target}-headers`;
  try {
    await collectHeaders(headers);
    const flags = `-O3 ${variant === 'avx2' ? AVX2_FLAGS : ''}`.trim();
    await go(['install', `github.com/ollama/ollama@v${OLLAMA_VERSION}`], {
      GOBIN: target,
      CGO_ENABLED: '1',
      CGO_CPPFLAGS: `-I${headers} -I${join(headers, 'usr', 'include')}`,
      CGO_CFLAGS: flags,
      CGO_CXXFLAGS: flags,
    });
  } finally {
    rmSync(headers, { recursive: true, force: true });
  }
}

async function collectHeaders(folder: string): Promise<void> {
  mkdirSync(join(folder, 'miniaudio'), { recursive: true });
  const { stdout } = await go(['mod', 'download', '-json', `github.com/gen2brain/malgo@v${MALGO_VERSION}`], {});
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  copyFileSync(join(Dir, 'miniaudio.h'), join(folder, 'miniaudio', 'miniaudio.h'));
  for (const [header, name] of Object.entries(HEADER_PACKAGES)) {
    if (!existsSync(join('/usr/include', header))) await unpackDebianPackage(name, folder);
  }
}

/** Without root and without installing: downloaded, and unpacked below `folder`. */
async function unpackDebianPackage(name: string, folder: string): Promise<void> {
  const wanting = `The headers of Debian's ${name} are needed to build Ollama`;
  if (findOnPath('apt-get') === undefined || findOnPath('dpkg-deb') === undefined) throw new SetupError(`${wanting}; this is no Debian: install them.`);
  const fetched = await runCommand('apt-get', ['download', '-q', name], { cwd: folder });
  const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}_`) && entry.endsWith('.deb'));
  if (fetched.code !== 0 || file === undefined) throw new SetupError(`${wanting}, and can't be fetched (is the list of packages there? \`apt-get update\` makes it): ${fetched.stderr.trim().split('\n').at(-1)}`);
  const unpacked = await runCommand('dpkg-deb', ['-x', join(folder, file), folder]);
  if (unpacked.code !== 0) throw new SetupError(`${wanting}, and can't be unpacked: ${unpacked.stderr.trim()}`);
}

async function go(args: readonly string[], env: Record<string, string>): Promise<{ stdout: string }> {
  const result = await runCommand('go', args, { env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', ...env } });
  if (result.code === 0) return result;
  throw new SetupError(`\`go ${args.join(' ')}\` failed: ${result.stderr.trim().split('\n').slice(-5).join('\n')}`);
}

function hasAvx2(): boolean {
  if (process.arch !== 'x64' || !existsSync('/proc/cpuinfo')) return false;
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' '));
  return AVX2_CPU_FLAGS.every((flag) => flags.has(flag));
}
