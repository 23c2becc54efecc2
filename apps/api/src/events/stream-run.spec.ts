import { describe, expect, it } from '@jest/globals';
import type { EventType, RunEvent } from '#contracts';
import { type ChunkPlace, FEED_PAGE, type FeedPage } from '#store';
import { RunFeed } from './run-feed.js';
import { type StreamOutput, streamRun } from './stream-run.js';

const event = (seq: number, type: EventType, step: number | null = null): RunEvent => ({ runId: 'r', seq, at: '', type, step, attempt: null, data: {} });
const part = (step: number, attempt: number, delivery: number, n: number, text: string) => ({ type: 'text.delta' as const, step, attempt, delivery, n, text });

class Collected implements StreamOutput {
  private readonly ending = new AbortController();
  readonly closed = this.ending.signal;
  text = '';
  async write(text: string): Promise<void> {
    this.text += text;
  }
  close(): void {
    this.ending.abort();
  }
  /** Each message as `id event data-field`. */
  get messages(): string[] {
    return this.text.split('\n\n').filter(Boolean).map((m) => `${/^id: (.*)$/m.exec(m)?.[1] ?? '-'} ${/^event: (.*)$/m.exec(m)?.[1]}`);
  }
}

/** A run whose log and open text a test changes as it goes. */
class FakeRun {
  events: RunEvent[] = [];
  parts: FeedPage['parts'] = [];
  failing = false;
  readonly feed = new RunFeed(async (after, place) => {
    if (this.failing) throw new Error('down');
    const events = this.events.filter((e) => e.seq > after).slice(0, FEED_PAGE);
    return { events, parts: events.length < FEED_PAGE ? this.parts.filter((p) => isAfter(p, place)) : [] };
  });
  add(...events: RunEvent[]): void {
    this.events.push(...events);
    this.feed.wake();
  }
  say(...parts: FeedPage['parts']): void {
    this.parts = parts;
    this.feed.wake();
  }
}
const isAfter = (p: ChunkPlace, place: ChunkPlace | null): boolean => place === null || [p.step - place.step, p.attempt - place.attempt, p.delivery - place.delivery, p.n - place.n].find((d) => d !== 0)! > 0;
const settle = (): Promise<void> => new Promise((go) => setTimeout(go, 5));

describe('streamRun', () => {
  it('writes what there is, then what comes, and ends after run.finished', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.add(event(1, 'run.queued'), event(2, 'run.started'));
    const stream = streamRun(run.feed, out, { after: 1, resumed: true, types: null });
    await settle();
    expect(out.messages).toEqual(['2 run.started']);
    run.add(event(3, 'run.finished'));
    await stream;
    expect(out.messages).toEqual(['2 run.started', '3 run.finished']);
  });

  it('goes on where the run was resumed after its end', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.add(event(1, 'run.finished'), event(2, 'run.resumed'));
    const stream = streamRun(run.feed, out, { after: 0, resumed: false, types: null });
    await settle();
    run.add(event(3, 'run.finished'));
    await stream;
    expect(out.messages).toEqual(['1 run.finished', '2 run.resumed', '3 run.finished']);
  });

  it('reads long logs page by page without waiting', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.add(...Array.from({ length: 1_234 }, (_, i) => event(i + 1, i === 1_233 ? 'run.finished' : 'tool.called')));
    await streamRun(run.feed, out, { after: 0, resumed: false, types: null });
    expect(out.messages).toHaveLength(1_234);
  });

  it('writes only the types that were asked for, and still ends', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.add(event(1, 'run.queued'), event(2, 'tool.called', 1), event(3, 'run.finished'));
    await streamRun(run.feed, out, { after: 0, resumed: false, types: new Set(['tool.called']) });
    expect(out.messages).toEqual(['2 tool.called']);
  });

  it('sends text without an id, and each part once', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.add(event(1, 'step.started', 1));
    const stream = streamRun(run.feed, out, { after: 0, resumed: false, types: null });
    run.say(part(1, 1, 1, 0, 'a'), part(1, 1, 1, 1, 'b'));
    await settle();
    run.say(part(1, 1, 1, 0, 'a'), part(1, 1, 1, 1, 'b'), part(1, 1, 1, 2, 'c'));
    await settle();
    out.close();
    await stream;
    expect(out.messages).toEqual(['1 step.started', '- text.delta', '- text.delta', '- text.delta']);
    expect([...out.text.matchAll(/"text":"(.)"/g)].map((m) => m[1])).toEqual(['a', 'b', 'c']);
    expect(out.text).not.toContain('delivery');
  });

  it('tells the reader to drop a step that is said anew', async () => {
    const run = new FakeRun();
    const out = new Collected();
    const stream = streamRun(run.feed, out, { after: 0, resumed: false, types: null });
    run.say(part(1, 1, 1, 0, 'a'));
    await settle();
    run.say(part(1, 1, 2, 0, 'A'));
    await settle();
    out.close();
    await stream;
    expect(out.messages).toEqual(['- text.delta', '- step.attempt_reset', '- text.delta']);
  });

  it('does not tell it twice where an event says so', async () => {
    const run = new FakeRun();
    const out = new Collected();
    const stream = streamRun(run.feed, out, { after: 0, resumed: false, types: null });
    run.say(part(1, 1, 1, 0, 'a'));
    await settle();
    run.parts = [part(1, 2, 1, 0, 'A')];
    run.add(event(1, 'step.attempt_reset', 1));
    await settle();
    out.close();
    await stream;
    expect(out.messages).toEqual(['- text.delta', '1 step.attempt_reset', '- text.delta']);
  });

  it('gives a reader that comes back the open text again, after a reset', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.events = [event(1, 'step.started', 1)];
    run.parts = [part(1, 1, 1, 0, 'a'), part(1, 1, 1, 1, 'b')];
    const stream = streamRun(run.feed, out, { after: 1, resumed: true, types: null });
    await settle();
    out.close();
    await stream;
    expect(out.messages).toEqual(['- step.attempt_reset', '- text.delta', '- text.delta']);
  });

  it('goes on once the database is back', async () => {
    const run = new FakeRun();
    const out = new Collected();
    run.failing = true;
    const stream = streamRun(run.feed, out, { after: 0, resumed: false, types: null });
    await settle();
    run.failing = false;
    run.add(event(1, 'run.finished'));
    await stream;
    expect(out.messages).toEqual(['1 run.finished']);
  });
});
