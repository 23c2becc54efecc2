import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { InvalidRequest } from '../http/invalid-request.js';
import { readNdjson } from './read-ndjson.js';

const read = (bytes: string | Buffer) => readNdjson(Readable.from([Buffer.from(bytes as string)]));

describe('items of a batch, one a line', () => {
  it('are read past empty lines and a mark of byte order', async () => expect(await read('\uFEFF{"key":"a"}\n\n{"key":"b","input":{"x":1}}')).toEqual([{ key: 'a', input: {} }, { key: 'b', input: { x: 1 } }]));
  it.each([['{"key":"a"}\nnot json', 'line 2'], [Buffer.from('{"key":"\xe4"}', 'latin1'), 'UTF-8'], ['{"key":1}', 'line 1']])('are refused where they are none: %#', async (bytes, says) => {
    await expect(read(bytes)).rejects.toThrow(InvalidRequest);
    await expect(read(bytes)).rejects.toThrow(says);
  });
});
