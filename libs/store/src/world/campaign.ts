import { type CampaignFile, HoldfastError, type WorldRef } from '#contracts';
import { checkState, fold, WorldState } from '#world';
import type { Tx } from '../pool.js';
import { ruleBroken } from './change-world.js';
import { appendWorldEvents, readWorldEvents } from './log.js';
import { stateAt } from './states.js';
import { insertWorldTurn, recentTurns, setTelling } from './turns.js';
import { insertWorld, readWorld, worldHead } from './worlds.js';

/** A world with its whole log and all that was said and told, its forebears' part of it included. */
export async function exportCampaign(tx: Tx, ref: WorldRef): Promise<CampaignFile> {
  const head = await worldHead(tx, ref);
  const world = await readWorld(tx, ref);
  const events = await readWorldEvents(tx, ref, { after: 0, upTo: head.version });
  const turns = await recentTurns(tx, ref, head.version, Number.MAX_SAFE_INTEGER);
  return {
    format: 'holdfast-campaign',
    formatVersion: 1,
    name: world!.name,
    rules: head.rules,
    events: events.map(({ turnId, actor, change }) => ({ turnId, actor, change })),
    turns: turns.reverse().map(({ createdAt: _, ...turn }) => turn),
  };
}

/**
 * Makes a world of a campaign: the same versions, events and turns. Its states are checked as they are at the end of
 * each stretch, since the events were made elsewhere.
 * @throws HoldfastError `import_unreadable`, `world_rule_broken`
 */
export async function importCampaign(tx: Tx, ref: WorldRef, file: CampaignFile, name?: string): Promise<void> {
  await insertWorld(tx, { ...ref, name: name ?? file.name, rules: file.rules });
  let state = WorldState.empty;
  for (const group of groupsOf(file.events)) {
    const before = state.version;
    const restored = group[0]!.change.kind === 'restored' ? group[0]!.change : null;
    if (restored && restored.to > before) throw unreadable();
    state = restored ? (await stateAt(tx, ref, restored.to)).at(before + 1) : folded(state, group);
    if (!restored) {
      const broken = checkState(file.rules, state);
      if (broken.length) throw ruleBroken(broken);
    }
    await appendWorldEvents(tx, ref, { expectedVersion: before, turnId: group[0]!.turnId, actor: group[0]!.actor, changes: group.map((e) => e.change), state });
  }
  for (const turn of file.turns) {
    if (turn.firstVersion < 1 || turn.lastVersion > state.version || turn.firstVersion > turn.lastVersion) throw unreadable();
    await insertWorldTurn(tx, ref, turn);
    if (turn.telling !== null) await setTelling(tx, ref, turn.turnId, turn.telling);
  }
}

type FileEvent = CampaignFile['events'][number];

/** Events that were made together: of one turn and actor. A restored version stands alone. */
function groupsOf(events: FileEvent[]): FileEvent[][] {
  const groups: FileEvent[][] = [];
  for (const event of events) {
    const last = groups.at(-1)?.at(-1);
    const together = last && last.turnId === event.turnId && last.actor === event.actor && last.change.kind !== 'restored' && event.change.kind !== 'restored';
    if (together) groups.at(-1)!.push(event);
    else groups.push([event]);
  }
  return groups;
}

function folded(state: WorldState, group: FileEvent[]): WorldState {
  try {
    return fold(state, group.map((e) => e.change));
  } catch {
    throw unreadable();
  }
}

const unreadable = (): HoldfastError => new HoldfastError('import_unreadable', 'The log of the campaign does not follow from itself: an event or turn names what is not there.');
