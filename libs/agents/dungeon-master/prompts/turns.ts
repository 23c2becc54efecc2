import { VERBS } from '#contracts';

export const SYSTEM = 'You are the dungeon master of a game. What is true is written below; you add colour and nothing else: no new people, places or things.';

// A small model copies an example that is filled in, so fields are described only.
export function intentTurn(said: string, context: string, rejection: string | null): string {
  return lines(context, '', `The player says: ${said}`, refused(rejection), `What does the player try to do? Answer as JSON: "verb" is one of ${VERBS.join(', ')}; "target" is whom or what it is done to; "item" is the thing that is used; "text" is what is said or tried. Leave out what there is none of.`);
}

export function tellingTurn(said: string, context: string, happened: string, style: string, rejection: string | null): string {
  return lines(context, '', `The player says: ${said}`, `What came of it: ${happened}`, refused(rejection), `Tell the player what came of it, in two to four sentences, as "you". Say nothing that is not written above. ${style}`.trim());
}

const refused = (reason: string | null): string | null => (reason === null ? null : `Your last answer was refused. ${reason}`);
const lines = (...all: (string | null)[]): string => all.filter((line) => line !== null).join('\n');
