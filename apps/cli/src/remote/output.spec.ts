import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { completionScript } from './completion.js';
import { bar } from './corpus-commands.js';
import { driftLine, Sparkline } from './drift-line.js';
import { REMOTE_COMMANDS } from './index.js';
import { columns, Output } from './output.js';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns: 40, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream };
}

describe('the output of the command line', () => {
  it.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
  ])('terminal %s, environment %j: colour %s', (isTTY, env, coloured) => {
    const { stream } = terminal(isTTY);
    expect(new Output(false, stream, stream, env).paint('red', 'x') !== 'x').toBe(coloured);
  });

  it('has no line that changes where lines stay, and none beside JSON', () => {
    const piped = terminal(false);
    new Output(false, piped.stream, piped.stream, {}).status('working');
    expect(piped.written).toEqual([]);
    const out = terminal(true);
    new Output(true, out.stream, out.stream, {}).progress('working');
    expect(out.written).toEqual([]);
    new Output(false, out.stream, out.stream, {}).status('x'.repeat(90));
    expect(out.written[0]!.length).toBeLessThan(50);
  });

  it('sets columns, bars and the drift line', () => {
    expect(columns([['a', 'b'], ['long', 'c']])).toBe('a     b\nlong  c');
    expect(bar(1, 2)).toBe(`${'█'.repeat(15)}${'░'.repeat(15)} 1 of 2`);
    const [overthinking, overacting] = [new Sparkline(), new Sparkline()];
    for (const score of [0, 0.5, 1, Number.NaN]) overthinking.add(score);
    expect(driftLine({ overthinking, overacting, verdict: 'ok' })).toBe('drift: thinking ▁▅█▁ 0.00 acting · ok');
  });

  it('completes commands, parts and options', () => {
    const script = completionScript('bash', Object.fromEntries(Object.entries(REMOTE_COMMANDS).map(([name, { options }]) => [name, options])));
    const complete = (...words: string[]) => spawnSync('bash', ['-c', `${script}\nCOMP_WORDS=(holdfast ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _holdfast; echo "\${COMPREPLY[@]}"`], { encoding: 'utf8' }).stdout.trim().split(' ');
    expect(complete('wa')).toEqual(['watch']);
    expect(complete('batch', 're')).toEqual(['retry']);
    expect(complete('run', '--de')).toEqual(['--detach']);
  });
});
