import type { WorldFormat } from '#contracts';
import type { WorldState } from '../state.js';
import type { Imported } from './imported.js';
import { exportLight, importLight } from './light.js';
import { exportLorebook, importLorebook } from './lorebook.js';
import { exportTextWorld, importTextWorld } from './textworld.js';

export type { Imported } from './imported.js';

/** Formats of others. A campaign of our own is more than a state: it is read and written with its log. */
export type ForeignFormat = Exclude<WorldFormat, 'campaign'>;
export const FOREIGN: Record<ForeignFormat, { read(data: Record<string, unknown>): Imported; write(state: WorldState): Record<string, unknown> }> = {
  light: { read: importLight, write: exportLight },
  textworld: { read: importTextWorld, write: exportTextWorld },
  lorebook: { read: importLorebook, write: exportLorebook },
};
