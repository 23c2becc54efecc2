import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { createDataConverter } from './data-converter.js';

const key = (id: string): string => `${id} ${randomBytes(32).toString('base64')}\n`;

describe('createDataConverter', () => {
  let folder: string;
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const codec = (payloadKeyFile: string) => createDataConverter({ payloadKeyFile }).payloadCodecs![0]!;

  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('encrypts a payload so that nothing of it shows, and reads it back', async () => {
    const it = codec(file('one', `# comment\n${key('k1')}`));
    const payload = defaultPayloadConverter.toPayload({ runId: 'SECRET' });
    const [encrypted] = await it.encode([payload]);
    expect(JSON.stringify(encrypted)).not.toContain('SECRET');
    expect(Buffer.from(encrypted!.data!).includes('SECRET')).toBe(false);
    expect(Buffer.from(encrypted!.metadata!['encryption-key-id']!).toString()).toBe('k1');
    const [decrypted] = await it.decode([encrypted!]);
    expect(defaultPayloadConverter.fromPayload(decrypted!)).toEqual({ runId: 'SECRET' });
  });

  it('still reads what an older key wrote, and says which key is missing otherwise', async () => {
    const older = key('old');
    const [encrypted] = await codec(file('old', older)).encode([defaultPayloadConverter.toPayload(1)]);
    const [decrypted] = await codec(file('rotated', key('new') + older)).decode([encrypted!]);
    expect(defaultPayloadConverter.fromPayload(decrypted!)).toBe(1);
    await expect(codec(file('new', key('new'))).decode([encrypted!])).rejects.toThrow('key "old"');
  });

  it('refuses a payload that was tampered with', async () => {
    const it = codec(file('tamper', key('k')));
    const [encrypted] = await it.encode([defaultPayloadConverter.toPayload({ x: 1 })]);
    encrypted!.data![20]! ^= 1;
    await expect(it.decode([encrypted!])).rejects.toThrow();
  });

  it.each([
    ['a summary', 'step 3 attempt 2 after nudge', true],
    ['an object', { status: 'completed' }, false],
    ['details of several lines', '**Step 1** of 3\n- step 1: read_file, ok', true],
    ['a long text', 'x'.repeat(3_000), false],
    ['a list', ['step 3'], false],
    ['nothing', undefined, false],
  ])('leaves summaries in clear and nothing else: %s', async (_what, value, clear) => {
    const payload = defaultPayloadConverter.toPayload(value);
    const [encoded] = await codec(file('summary', key('k'))).encode([payload]);
    expect(encoded === payload).toBe(clear);
  });

  it('passes through what was never encrypted', async () => {
    const payload = defaultPayloadConverter.toPayload('plain');
    expect(await codec(file('plain', key('k'))).decode([payload])).toEqual([payload]);
  });

  it('names the variable when the file is no key file', () => {
    expect(() => createDataConverter({ payloadKeyFile: file('bad', 'k1 short\n') })).toThrow(/HOLDFAST_PAYLOAD_KEY_FILE.*openssl rand/);
    expect(() => createDataConverter({ payloadKeyFile: join(folder, 'absent') })).toThrow(/HOLDFAST_PAYLOAD_KEY_FILE.*ENOENT/);
  });

  it('puts failure messages and stack traces into payloads', () => {
    const { failureConverter } = loadDataConverter(createDataConverter({ payloadKeyFile: undefined }));
    const failure = failureConverter.errorToFailure(new Error('SECRET'), defaultPayloadConverter);
    expect(failure.message).toBe('Encoded failure');
    expect(failure.stackTrace).toBe('');
    expect(failureConverter.failureToError(failure, defaultPayloadConverter).message).toBe('SECRET');
  });
});
