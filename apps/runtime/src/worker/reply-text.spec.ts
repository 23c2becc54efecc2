import { describe, expect, it } from '@jest/globals';
import { ReplyText } from './reply-text.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('ReplyText', () => {
  it('keeps a character back until all its bytes are there', () => {
    const text = new ReplyText([]);
    const [first, second] = [bytes('é').subarray(0, 1), bytes('é').subarray(1)];
    expect([text.push(first), text.push(second)]).toEqual(['', 'é']);
  });

  it('drops a character that was never finished', () => {
    const text = new ReplyText([]);
    expect(text.push(Buffer.concat([bytes('a'), bytes('é').subarray(0, 1)])) + text.end()).toBe('a');
  });

  it('shows nothing of a stop text, even one spread over tokens', () => {
    const text = new ReplyText(['STOP']);
    expect([text.push(bytes('go S')), text.push(bytes('TO')), text.push(bytes('P more'))]).toEqual(['go ', '', '']);
    expect(text.stopped).toBe(true);
    expect(text.end()).toBe('');
  });

  it('releases what only looked like a stop text', () => {
    const text = new ReplyText(['STOP']);
    expect([text.push(bytes('ST')), text.push(bytes('AY'))]).toEqual(['', 'STAY']);
    expect(text.push(bytes('ST')) + text.end()).toBe('ST');
  });

  it('cuts at the earliest of several stop texts', () => {
    expect(new ReplyText(['c', 'b']).push(bytes('abc'))).toBe('a');
  });
});
