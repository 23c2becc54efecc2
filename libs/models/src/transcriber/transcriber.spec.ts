import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '#platform';
import { audioFormat } from './audio-format.js';
import { createTranscriber, transcriberMissing } from './transcriber.js';

/** A hundredth of a second of silence. */
export const WAV = Buffer.concat([Buffer.from('RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\xa0\0\0\0', 'latin1'), Buffer.alloc(160)]);

/** Answers as recorded from servers of either API. */
const ANSWERS: Record<string, string> = {
  plain: '{"text":" My left knee hurts. "}',
  speakers: '{"text":"Any fever? No. None.","segments":[{"speaker":"Doctor","text":"Any fever?"},{"speaker":"Patient","text":"No."},{"speaker":"Patient","text":"None."}]}',
  model: '{"choices":[{"message":{"role":"assistant","content":"Doctor: Any fever?\\nPatient: No."},"finish_reason":"stop"}]}',
  cut: '{"choices":[{"message":{"content":"Doctor: Any"},"finish_reason":"length"}]}',
  odd: '<p>no</p>',
};

describe('a transcriber', () => {
  let server: Server;
  let url: string;
  const asked: { path: string; type: string; auth: string | undefined; body: Buffer }[] = [];
  let answer = '';
  const bodyOf = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat((await request.toArray()) as Buffer[]);
  beforeAll(async () => {
    server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        asked.push({ path: request.url!, type: request.headers['content-type']!, auth: request.headers.authorization, body });
        response.writeHead(answer === '' ? 503 : 200, { 'content-type': 'application/json' }).end(answer);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  const write = (api: 'transcriptions' | 'chat', kept: string): Promise<string> => {
    answer = kept;
    return createTranscriber({ url, model: 'whisper-1', api, apiKey: 'k', allowedHosts: [] })(WAV, new AbortController().signal);
  };

  it('hands the recording’s bytes over, under no name of its own', async () => {
    expect(await write('transcriptions', ANSWERS.plain!)).toBe('My left knee hurts.');
    const { path, type, auth, body } = asked.at(-1)!;
    expect([path, type.split(';')[0], auth]).toEqual(['/v1/audio/transcriptions', 'multipart/form-data', 'Bearer k']);
    expect(body.includes(WAV)).toBe(true);
    expect(body.toString('latin1')).toContain('filename="recording.wav"');
  });

  it('keeps speakers apart where the server does', async () => expect(await write('transcriptions', ANSWERS.speakers!)).toBe('Doctor: Any fever?\nPatient: No. None.'));

  it('asks a model with audio', async () => {
    expect(await write('chat', ANSWERS.model!)).toBe('Doctor: Any fever?\nPatient: No.');
    const { messages } = JSON.parse(asked.at(-1)!.body.toString()) as { messages: { content: { input_audio?: { data: string; format: string } }[] }[] };
    expect(messages[0]!.content[1]!.input_audio).toEqual({ data: WAV.toString('base64'), format: 'wav' });
  });

  it.each([['transcriptions', ANSWERS.odd!, 'runtime_protocol'], ['chat', ANSWERS.cut!, 'runtime_protocol'], ['transcriptions', '', 'runtime_unavailable']] as const)('fails by code: %s %s', async (api, kept, code) => {
    await expect(write(api, kept)).rejects.toMatchObject({ code });
  });

  it('tells recordings by their bytes', () => {
    expect([audioFormat(WAV), audioFormat(Buffer.from('ID3\x04')), audioFormat(Buffer.from('hello')), audioFormat(Buffer.alloc(0))]).toEqual(['wav', 'mp3', null, null]);
  });

  it('hears patients on loopback, or where it was said twice', () => {
    const missing = (transcriberUrl: string | undefined, runtimeHosts: string[] = [], sensitiveRuntimes: string[] = []): string | null => transcriberMissing({ transcriberUrl, runtimeHosts, sensitiveRuntimes } as unknown as Config);
    expect(missing(undefined)).toContain('no transcriber is configured');
    expect(missing('http://127.0.0.1:9')).toBeNull();
    expect(missing('https://speech.example.org', ['speech.example.org'])).toContain('not on loopback');
    expect(missing('https://speech.example.org', [], ['transcriber'])).toContain('not on loopback');
    expect(missing('https://speech.example.org', ['speech.example.org'], ['transcriber'])).toBeNull();
  });
});
