import { describe, expect, it } from '@jest/globals';
import { SseParser } from './sse-parser.js';

const TEXT = 'id: 7\nevent: tool.called\ndata: {"a":\ndata: "ä: b"}\n\n: ping\n\nevent: text.delta\r\ndata:x\r\n\r\n';
const MESSAGES = [{ id: '7', event: 'tool.called', data: '{"a":\n"ä: b"}' }, { id: null, event: 'text.delta', data: 'x' }];

describe('the parser of event streams', () => {
  it('reads the same however the text is cut', () => {
    for (let size = 1; size <= TEXT.length; size++) {
      const parser = new SseParser();
      const read = [];
      for (let at = 0; at < TEXT.length; at += size) read.push(...parser.push(TEXT.slice(at, at + size)));
      expect([size, read]).toEqual([size, MESSAGES]);
    }
  });
});
