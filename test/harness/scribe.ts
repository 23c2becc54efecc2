import type { Script, ScriptedRequest } from '#models/scripted';

/** What a section takes of what a turn shows. */
const BELONGS: [RegExp, RegExp][] = [
  [/complaint|reason/i, /hurts|pain|brings|cough/i],
  [/present illness|history|subjective/i, /fell|ago|fever|chills|since/i],
  [/medication|subjective/i, /mg\b|milligrams|taking|medication/i],
  [/allerg/i, /allerg|penicillin/i],
  [/exam|objective/i, /swelling|blood pressure|exam/i],
  [/result/i, /x-ray|result|hemoglobin/i],
  [/plan|assessment|follow/i, /start|come back|therapy|follow/i],
];
/** Makes the scribe write what no source says. */
export const FABRICATE = 'please embellish';

/** A model that writes notes by copying: it repeats the sentences that belong to the section it is asked for. */
export const scribe = (request: ScriptedRequest): { content: string } => {
  const prompt = request.messages.at(-1)!.content;
  if (prompt.includes('"action" is "listen"')) return { content: '{"action":"listen"}' };
  if (prompt.includes('"action" is "ask"')) return { content: '{"action":"ask"}' };
  if (prompt.includes('"found" is a list')) return { content: JSON.stringify({ found: prompt.includes('maria') ? [{ text: 'maria', kind: 'name' }] : [] }) };
  const section = /^Write the section "([^"]+)"/m.exec(prompt)?.[1];
  const shown = [...prompt.matchAll(/^(S\d+): (.*)$/gm)].map(([, name, text]) => ({ name: name!, text: text! }));
  if (!section) return { content: prompt.includes('"important"') ? JSON.stringify({ important: /^(O1):/m.test(prompt) ? ['O1'] : [] }) : JSON.stringify({ sentences: shown.slice(0, 2).map((s) => s.name) }) };
  const belongs = BELONGS.filter(([of]) => of.test(section)).map(([, words]) => words);
  const taken = shown.filter((s) => !/\?\s*$/.test(s.text) && belongs.some((words) => words.test(s.text))).slice(0, 3);
  const sentences = taken.map((s) => ({ text: said(s.text), from: [s.name] }));
  if (prompt.includes(FABRICATE) && shown[0]) sentences.push({ text: 'The patient has pancreatic carcinoma and takes warfarin 5 mg.', from: [shown[0].name] });
  return { content: JSON.stringify({ sentences }) };
};

const said = (text: string): string => text.replace(/^\s*(?:\[\w+\]|\w+:)\s*/, '').replace(/\s+([.,?])/g, '$1').replace(/^\w/, (c) => c.toUpperCase());

const script: Script = (request) => scribe(request);
export default script;
