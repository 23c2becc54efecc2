import { describe, expect, it } from '@jest/globals';
import { Fault } from '../fault.js';
import type { NativeContext } from '../native/context.js';
import { Compute } from './compute.js';
import { ComputeTurn } from './compute-turn.js';
import { PlainSeats } from './plain-seats.js';
import type { Seat } from './seat.js';

/** Seats over contexts that evaluate nothing. `most`: sequences times tokens that memory has room for. */
function furnish({ slots = 1, most = 1e6, isAmple = false }: { slots?: number; most?: number; isAmple?: boolean }) {
  const made: string[] = [];
  const make = (size: number, sequences: number): NativeContext => {
    if (size * sequences > most) throw new Fault(503, 'short');
    made.push(`${sequences}x${size}`);
    return { size, sequences, batch: 128, decode: () => undefined, truncate: () => true, setThreads: () => undefined, free: () => made.push('freed') } as unknown as NativeContext;
  };
  const compute = new Compute(new ComputeTurn(ComputeTurn.memory()), 1, 1);
  return { made, seats: new PlainSeats({ make, isAmple: () => isAmple, compute, size: 4_096, slots, spare: 0 }) };
}

/** A conversation's prompt: `who` says it, so that two share nothing but what `shared` has. */
const prompt = (who: number, tokens: number, shared = 0): Int32Array => Int32Array.from({ length: tokens }, (_, i) => (i < shared ? 7 : who * 10_000 + i));

/** As a request: sits, reads its prompt, leaves. Answers how much was there already. */
function serve(seat: Seat | undefined, tokens: Int32Array): number {
  const kept = seat!.begin(tokens);
  while (!seat!.read(tokens, undefined));
  return kept;
}

describe('PlainSeats', () => {
  it('seats a conversation where its prompt is, whoever came between', () => {
    const { seats } = furnish({ slots: 2 });
    const turn = (who: number, tokens: number): number => serve(seats.find(prompt(who, tokens), 4_096), prompt(who, tokens));
    expect([turn(1, 300), turn(2, 300), turn(1, 500), turn(2, 500)]).toEqual([0, 0, 256, 256]);
  });

  it('prefers an empty place to evicting a conversation that shares a beginning', () => {
    const { seats } = furnish({ slots: 2 });
    const [a, b] = [prompt(1, 900, 256), prompt(2, 900, 256)];
    serve(seats.find(a, 4_096), a);
    expect(serve(seats.find(b, 4_096), b)).toBe(0);
    expect(serve(seats.find(a, 4_096), a)).toBe(896);
  });

  it('makes places for alternating conversations where memory is ample, and not where it is not', () => {
    const turns = (isAmple: boolean) => {
      const { seats, made } = furnish({ isAmple });
      return [[1, 2, 1, 2, 1, 2].map((who) => serve(seats.find(prompt(who, 300), 4_096), prompt(who, 300))), made];
    };
    expect(turns(true)).toEqual([[0, 0, 0, 256, 256, 256], ['1x4096', '4x4096', 'freed']]);
    expect(turns(false)).toEqual([[0, 0, 0, 0, 0, 0], ['1x4096']]);
  });

  it('lets one that needs a longer context wait until all have left', () => {
    const { seats, made } = furnish({ slots: 2 });
    const first = seats.find(prompt(1, 10), 4_096)!;
    first.taken = true;
    expect(seats.find(prompt(2, 10), 8_192)).toBeUndefined();
    first.taken = false;
    expect(seats.find(prompt(2, 10), 8_192)).toBeDefined();
    expect(made).toEqual(['2x4096', '2x8192', 'freed']);
  });

  it('takes fewer places where memory is short, and refuses when there is none, keeping what it has', () => {
    const { seats, made } = furnish({ slots: 3, most: 10_000 });
    expect([seats.count, made]).toEqual([2, ['2x4096']]);
    expect(() => seats.find(prompt(1, 10), 20_000)).toThrow('short');
    expect([seats.contextSize, made]).toEqual([4_096, ['2x4096']]);
    expect(() => furnish({ most: 10 })).toThrow(Fault);
  });
});
