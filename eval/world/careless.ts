import type { OutcomeView } from '#contracts';
import { checkTelling, correctTelling, WorldState, applyBatch, CAMPAIGN_RULES } from '#world';

/** A telling whose truth is known, since it was planted. */
type Planted = { text: string; wrong: string | null };
export type CarelessRow = { checks: string; turns: number; 'contradictions per 100 turns': number; retellings: number; corrected: number; 'right tellings refused': number };

const RETELLINGS = 2;

function stage(): WorldState {
  const made = (id: string, type: string, inside: string | null, attrs = {}) => ({ kind: 'created' as const, entity: { id, type, name: id, in: inside, attrs } });
  const applied = applyBatch(CAMPAIGN_RULES, WorldState.empty, { changes: [made('Inn', 'location', null), made('Cellar', 'location', null), made('Aldo', 'character', 'Inn', { alive: true, gold: 10 }), made('Mira', 'character', 'Inn', { alive: true }), made('Osric', 'character', 'Inn', { alive: true }), made('Tam', 'character', 'Cellar', { alive: true }), made('lantern', 'item', 'Mira'), { kind: 'died', id: 'Osric', cause: 'age' }] });
  if (!applied.ok) throw new Error('the stage does not stand');
  return applied.state;
}

/** A model that forgets: about a third of what it tells is not so, in forms the checks were not written from as well as in those they were. */
function tellingOf(pick: (n: number) => number): Planted {
  const right = ['Rain taps at the shutters.', 'Mira holds the lantern.', 'You have 10 gold.', 'Mira nods slowly.', 'Osric lies dead in the Inn.', 'Nobody speaks for a while.', 'The light of the lantern falls on Mira.', 'You wish that Tam were here.', 'Tam is in the Cellar.', 'Mira says: "Osric has my purse."'];
  const wrong = ['Osric nods.', 'Tam laughs.', 'You hold the lantern.', 'You have 50 gold.', 'A man called Zoltan sits down.', 'Tam is in the Inn.', 'The lantern is in your hand.', 'Osric, very much alive, raises his cup.', 'From the next table Tam winks at you.', 'You count your fifty coins.'];
  const lead = right[pick(right.length)]!;
  if (pick(3) !== 0) return { text: `${lead} ${right[pick(right.length)]!}`, wrong: null };
  const planted = wrong[pick(wrong.length)]!;
  return { text: `${lead} ${planted}`, wrong: planted };
}

/** What reaches the player of a careless model's contradictions, with the checks and without. */
export function careless(turns: number, checks: boolean): CarelessRow {
  let x = 11;
  const pick = (n: number): number => Math.floor(((x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32) * n);
  const state = stage();
  const outcome: OutcomeView = { ok: true, code: 'look', summary: 'Aldo looks around Inn.', rolls: [] };
  let reached = 0, retellings = 0, corrected = 0, refusedRight = 0;
  for (let n = 0; n < turns; n++) {
    let told = tellingOf(pick);
    for (let attempt = 1; checks; attempt++) {
      const problems = checkTelling({ state, actorId: 'Aldo', said: 'look', text: told.text });
      if (problems.length === 0) break;
      if (told.wrong === null) refusedRight++;
      if (attempt > RETELLINGS) {
        const text = correctTelling(told.text, problems, outcome);
        told = { text, wrong: told.wrong !== null && text.includes(told.wrong) ? told.wrong : null };
        corrected++;
        break;
      }
      retellings++;
      told = tellingOf(pick);
    }
    if (told.wrong !== null) reached++;
  }
  return { checks: checks ? 'on' : 'off', turns, 'contradictions per 100 turns': Number(((100 * reached) / turns).toFixed(1)), retellings, corrected, 'right tellings refused': refusedRight };
}
