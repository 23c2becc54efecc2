import { describe, expect, it } from '@jest/globals';
import { overviewOf, type RecordPart } from './record.js';

const part = (name: string, date: string | null, text: string): RecordPart => ({ name, date, page: null, text });
const PARTS = [
  part('letter', '2023-05-01', 'She has chronic sinusitis and hypertension. She takes metformin 500 mg twice a day. She had a hysterectomy in March 2015.'),
  part('clinic', '2024-02-03', 'Known hypertension. Continue metformin 1000 mg daily. Stop ramipril.'),
  part('pharmacy', '2024-03-01', 'Ramipril 5 mg daily. No diabetes was found.'),
];

describe('a record at a glance', () => {
  const overview = overviewOf(PARTS);
  it('has its problems, with when they were first and last written of; what is denied is none', () => {
    expect(overview.problems.map((p) => [p.problem, p.first, p.last])).toEqual(expect.arrayContaining([['chronic sinusitis', '2023-05-01', '2023-05-01']]));
    expect(overview.problems.find((p) => p.problem.endsWith('hypertension'))).toBeDefined();
    expect(overview.problems.some((p) => p.problem.includes('diabetes'))).toBe(false);
  });

  it('has its events by date, a sentence’s own before its part’s', () => {
    expect(overview.timeline[0]).toMatchObject({ date: '2015-03', precision: 'month', place: { part: 'letter', quote: 'She had a hysterectomy in March 2015.' } });
    expect(overview.timeline.map((t) => t.date)).toEqual([...overview.timeline.map((t) => t.date)].sort());
  });

  it('shows side by side what sources say of a drug, and where they disagree', () => {
    expect(overview.medications.map((m) => [m.drug, m.conflict, m.statements.map((s) => [s.part, s.dose, s.stopped])])).toEqual([
      ['metformin', 'dose', [['letter', '500 mg', false], ['clinic', '1000 mg', false]]],
      ['ramipril', 'stopped', [['clinic', null, true], ['pharmacy', '5 mg', false]]],
    ]);
  });

  it('takes pages of one file as sources of their own', () => {
    const pages = [1, 2].map((page): RecordPart => ({ name: 'record.pdf', date: null, page, text: `She takes metformin ${500 * page} mg twice a day.` }));
    expect(overviewOf(pages).medications).toMatchObject([{ drug: 'metformin', conflict: 'dose' }]);
  });

  it('quotes', () => {
    const places = [...overview.timeline.map((t) => t.place), ...overview.medications.flatMap((m) => m.statements)];
    for (const p of places) expect(PARTS.find((x) => x.name === p.part)!.text.slice(p.start, p.end)).toBe(p.quote);
  });

  it('takes a thousand parts in a moment', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => part(`r${i}`, `2020-01-${String((i % 28) + 1).padStart(2, '0')}`, `Metformin ${500 + (i % 2) * 500} mg daily. Result ${i} was normal.`));
    const began = performance.now();
    expect(overviewOf(many).medications[0]).toMatchObject({ drug: 'metformin', conflict: 'dose' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
