import { describe, expect, it } from '@jest/globals';
import type { ToolOutcome } from '#contracts';
import { Story } from './story.js';

const done: ToolOutcome = { kind: 'done', unread: 0 };

describe('the story of a run', () => {
  it('is told step by step, with what a repeated call came to', () => {
    const story = new Story('http://h/console', 'r');
    expect(story.latest()).toBeUndefined();
    story.note(1, 0, 'read_file', done);
    story.note(1, 1, 'run', { ...done, error: true });
    story.note(2, 0, 'answer', { kind: 'rejected', code: 'evidence_missing', unread: 0 });
    story.note(3, 0, 'publish', { kind: 'waiting', waitSeconds: 1, unread: 0 });
    expect(story.end('cancelled', 3)).toBe('**cancelled** after step 3, [in the console](http://h/console/runs/r)\n\n- step 3: publish, waits for a person\n- step 2: answer, refused (evidence_missing)\n- step 1: read_file, ok; run, error');
    story.note(3, 0, 'publish', done);
    expect(story.latest()).toBe('3: publish, ok');
  });

  it('stays short', () => {
    const story = new Story('http://h/console', 'r');
    for (let step = 1; step <= 300; step++) for (let call = 0; call < 5; call++) story.note(step, call, 'read', done);
    expect(story.end('completed', 300).match(/^- step /gm)).toHaveLength(6);
    expect(story.latest()).toBe('300: read, ok; read, ok; read, ok; 2 more');
  });
});
