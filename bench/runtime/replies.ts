/** A reply that every server writes: what it follows, how many tokens of it, and how they are chosen. */
export interface AskedReply {
  readonly kind: string;
  readonly prompt: string;
  readonly tokens: number;
  /** 0: the likeliest token each time. A model this small soon says the same again then, so prose is sampled. */
  readonly temperature: number;
}

const PASSAGE =
  'The trial randomised 412 adults with stage two hypertension to chlorthalidone or to indapamide, and followed them for thirty months. Systolic pressure fell by 14.2 mmHg with the first and by 12.9 mmHg with the second. Hypokalaemia was found in 31 patients and 17 patients. Nine left the trial because of dizziness, four because of gout, and two moved away. The authors conclude that either drug is a reasonable first choice where potassium is measured within four weeks.';

/**
 * What an agent writes by turns: words from its prompt over and over, a passage word for word, records with the keys of
 * those before, prose. `short`: tokens of the first; the others are twice as long.
 */
export function askedReplies(short: number): AskedReply[] {
  const greedy = { temperature: 0, tokens: 2 * short };
  return [
    { ...greedy, kind: 'repeats its prompt', tokens: short, prompt: `${'The study enrolled 240 patients with hypertension and followed them for two years. '.repeat(8)}\nIn the first year,` },
    { ...greedy, kind: 'quotes a passage', prompt: `Passage: "${PASSAGE}"\n\nThe passage again, word for word: "` },
    {
      ...greedy,
      kind: 'JSON with ids',
      prompt: 'Patients as JSON:\n[{"id": "p-1041", "name": "Anna Berg", "age": 61, "drug": "lisinopril", "dose_mg": 10, "outcome": "improved"},\n {"id": "p-1042", "name": "Jon Falk", "age": 58, "drug": "amlodipine", "dose_mg": 5, "outcome": "unchanged"},\n {"id": "p-1043",',
    },
    { kind: 'prose', tokens: 2 * short, temperature: 0.8, prompt: 'Once upon a time there was a fisherman who lived by the sea with his three daughters. One morning' },
  ];
}
