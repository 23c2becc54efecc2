import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type CodecPayloads, codecPayloadsSchema, HoldfastError } from '#contracts';
import { type Config, createDataConverter } from '#platform';
import { CONFIG } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

type Payload = { metadata: Record<string, Uint8Array>; data: Uint8Array };
type Direction = 'encode' | 'decode';

/** The codec server of Temporal's Web UI: it gets payloads as history has them, and shows what the codec makes of them. */
@ApiTags('codec')
@Controller('v1/codec')
export class CodecController {
  private readonly codecs;

  constructor(@Inject(CONFIG) config: Config) {
    this.codecs = createDataConverter(config).payloadCodecs ?? [];
  }

  @Post('encode')
  @HttpCode(200)
  @Endpoint({ role: 'viewer', summary: "Encode payloads for Temporal's Web UI", answers: { 200: { schema: codecPayloadsSchema, description: 'The payloads, encrypted.' } } })
  encode(@Body({ schema: codecPayloadsSchema }) body: CodecPayloads): Promise<CodecPayloads> {
    return this.run('encode', body);
  }

  @Post('decode')
  @HttpCode(200)
  @Endpoint({ role: 'viewer', summary: "Decode payloads for Temporal's Web UI", description: 'Answers pages of the Web UI at HOLDFAST_TEMPORAL_UI_URL, and no other site.', answers: { 200: { schema: codecPayloadsSchema, description: 'The payloads in clear.' } } })
  decode(@Body({ schema: codecPayloadsSchema }) body: CodecPayloads): Promise<CodecPayloads> {
    return this.run('decode', body);
  }

  private async run(direction: Direction, { payloads }: CodecPayloads): Promise<CodecPayloads> {
    let all = payloads.map(fromJson);
    // Encoding applies the last codec first, as Temporal's clients do.
    for (const codec of direction === 'encode' ? this.codecs.toReversed() : this.codecs) all = (await codec[direction](all).catch(unreadable)) as Payload[];
    return { payloads: all.map(toJson) };
  }
}

/** Its reason may name a key, and nothing of the payload. */
function unreadable(error: unknown): never {
  throw new HoldfastError('validation_failed', `A payload can't be read: ${error instanceof Error && error.name === 'ValueError' ? error.message : 'it was changed, or its key is another one'}.`);
}

function fromJson({ metadata = {}, data = '' }: CodecPayloads['payloads'][number]): Payload {
  return { metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])), data: Buffer.from(data, 'base64') };
}

function toJson({ metadata, data }: Payload): CodecPayloads['payloads'][number] {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)])), data: text(data ?? new Uint8Array()) };
}
