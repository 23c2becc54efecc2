import { describe, expect, it } from '@jest/globals';
import type { Compute } from './compute.js';
import type { Reply } from './generation.js';
import { Rounds } from './rounds.js';

type Played = { name: string; blocks?: number; tokens: number; mayShare?: boolean; foresees?: boolean; failsAt?: number; context: object };

/** A reply that reads so many blocks and writes so many tokens; `log` gets each piece. */
function reply(log: string[], { name, blocks = 1, tokens, mayShare = true, foresees = false, failsAt, context }: Played): Reply {
  let read = 0;
  let written = 0;
  const write = (how: string): number => {
    if (written === failsAt) throw new Error(`${name} fails`);
    written += 1;
    log.push(`${name}${how}`);
    return foresees ? 16 : 1;
  };
  return {
    mayShare,
    seat: { context },
    foresees: () => foresees,
    row: {},
    get isReading() {
      return read < blocks;
    },
    goesOn: () => read < blocks || written < tokens,
    read: () => (read++, log.push(`${name} reads`)),
    write: () => write(' alone'),
    take: () => write(' together'),
  } as unknown as Reply;
}

describe('Rounds', () => {
  const context = { logits: () => new Float32Array(0) };
  const setUp = () => {
    const log: string[] = [];
    const ended: string[] = [];
    const sizes: number[] = [];
    const names = new Map<Reply, string>();
    const compute = { replies: (_: unknown, rows: unknown[]) => void sizes.push(rows.length) } as unknown as Compute;
    const rounds = new Rounds(compute, (which, error) => ended.push(`${names.get(which)}${error ? ` ${(error as Error).message}` : ''}`));
    const add = (played: Omit<Played, 'context'>): void => {
      const made = reply(log, { ...played, context });
      names.set(made, played.name);
      rounds.add(made);
    };
    const play = (): void => {
      for (let i = 0; rounds.size > 0 && i < 1_000; i += 1) rounds.play();
    };
    return { log, ended, sizes, add, play };
  };

  it('reads one prompt by a block a round, while the others write', () => {
    const { log, ended, add, play } = setUp();
    add({ name: 'a', tokens: 3, mayShare: false });
    add({ name: 'b', blocks: 2, tokens: 1, mayShare: false });
    play();
    expect(log).toEqual(['a reads', 'a alone', 'b reads', 'a alone', 'b reads', 'a alone', 'b alone']);
    expect(ended).toEqual(['a', 'b']);
  });

  it('evaluates together only those that may share', () => {
    const { log, sizes, add, play } = setUp();
    for (const name of ['a', 'b']) add({ name, tokens: 30 });
    add({ name: 's', tokens: 30, mayShare: false });
    play();
    expect(new Set(sizes)).toEqual(new Set([2]));
    expect(log.filter((piece) => piece === 's together')).toEqual([]);
    expect(log.filter((piece) => piece.startsWith('s '))).toHaveLength(31);
    expect(log).toContain('a together');
  });

  it('leaves out of what is shared a reply that goes ahead by itself', () => {
    const { log, sizes, add, play } = setUp();
    for (const name of ['a', 'b']) add({ name, tokens: 30 });
    add({ name: 'f', tokens: 30, foresees: true });
    play();
    expect(new Set(sizes)).toEqual(new Set([2]));
    expect(log.filter((piece) => piece === 'f together')).toEqual([]);
    expect(log).toContain('a together');
  });

  it('ends the reply that fails, and no other', () => {
    const { log, ended, add, play } = setUp();
    add({ name: 'a', tokens: 9, failsAt: 4 });
    add({ name: 'b', tokens: 9 });
    play();
    expect(ended).toEqual(['a a fails', 'b']);
    expect(log.filter((piece) => piece.startsWith('b '))).toHaveLength(10);
  });
});
