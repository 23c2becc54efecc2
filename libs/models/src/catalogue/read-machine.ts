import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { availableParallelism, cpus, hostname, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Machine } from '#contracts';
import { bandwidthOf } from './machines.js';

const run = promisify(execFile);
const MIB = 2 ** 20;
const WAIT_MS = 3_000;

/** This machine's memory and GPUs, as far as they can be read without privileges. */
export async function readMachine(): Promise<Machine> {
  const model = await firstLine('/proc/device-tree/model');
  const name = cpus()[0]?.model ?? model ?? hostname();
  const unified = process.platform === 'darwin' && process.arch === 'arm64';
  const gpus = unified ? [] : [...(await nvidia()), ...(await amd())];
  return { name: model ?? name, memoryBytes: await memoryBytes(), unified, cores: availableParallelism(), bandwidth: bandwidthOf(model ?? name), gpus };
}

/** A container's own limit, where it is lower than the machine's memory. */
async function memoryBytes(): Promise<number> {
  const limit = Number(await firstLine('/sys/fs/cgroup/memory.max'));
  return Number.isFinite(limit) && limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

async function nvidia(): Promise<Machine['gpus']> {
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'], { timeout: WAIT_MS });
    return parseNvidia(stdout);
  } catch {
    return [];
  }
}

/** Lines of `name, MiB`. */
export function parseNvidia(csv: string): Machine['gpus'] {
  const lines = csv.split('\n').map((line) => /^(.+), (\d+)$/.exec(line.trim()));
  return lines.flatMap((line) => (line ? [{ name: line[1]!, memoryBytes: Number(line[2]) * MIB, bandwidth: bandwidthOf(line[1]!) }] : []));
}

async function amd(): Promise<Machine['gpus']> {
  const cards = (await readdir('/sys/class/drm').catch(() => [])).filter((card) => /^card\d+$/.test(card));
  const sizes = await Promise.all(cards.map((card) => firstLine(`/sys/class/drm/${card}/device/mem_info_vram_total`)));
  return sizes.filter((size) => Number(size) > 0).map((size) => ({ name: 'AMD GPU', memoryBytes: Number(size), bandwidth: null }));
}

const firstLine = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').then(
    (text) => text.split('\n')[0]!.replaceAll('\0', '').trim() || null,
    () => null,
  );
