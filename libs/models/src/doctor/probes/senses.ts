import { deflateSync, crc32 } from 'node:zlib';
import { ask, codeOf, failed, notShown, passed, type Probe, says } from '../probe.js';

const SIZE = 64;
const NORMAL = 'The keeper of the lighthouse wrote down the weather each evening, and each morning he read it again.';
const NEAR = ['a cat sleeps on the sofa', 'a kitten naps on the couch', 'stock markets fell on Monday'];
const CUT = 'Long passages lose their end in the index: embed through the runtime’s native API, or keep passages short.';
const TOO_LONG = 'The harbour was calm and the ships lay at anchor. '.repeat(1_200);

export const senseProbes: Probe[] = [
  {
    id: 'images',
    title: 'an image is seen',
    capability: 'images',
    async run(context) {
      if (says(context, 'vision') === false) return notShown('this model does not see');
      const answer = await ask(context, [{ role: 'user', content: 'Which colour fills this picture: red, green or blue? Answer with one word.', images: [redPng()] }], { sampling: { maxTokens: 200 } }).then((r) => r.content.toLowerCase(), codeOf);
      if (/\bred\b/.test(answer)) return passed('the colour was named');
      return says(context, 'vision') ? failed('the colour was not named', 'Do not give images to this model.') : notShown('the runtime does not say whether the model sees, and it named no colour');
    },
  },
  {
    id: 'embed',
    title: 'texts are embedded, and like ones lie near each other',
    capability: 'embeddings',
    async run({ runtime, signal }) {
      const vectors = await runtime.embed([...NEAR, NORMAL], { signal });
      const [cat, kitten, markets] = vectors as [number[], number[], number[]];
      const [near, far] = [cosine(cat, kitten), cosine(cat, markets)].map((n) => Math.round(n * 1_000) / 1_000) as [number, number];
      const numbers = { dimensions: cat.length, near, far };
      return near > far + 0.1 ? passed(`${cat.length} dimensions; cat and kitten ${near}, cat and markets ${far}`, numbers) : failed(`cat and kitten ${near}, cat and markets ${far}`, 'This model does not embed meaning: set HOLDFAST_EMBED_MODEL to one that does.', numbers);
    },
  },
  {
    id: 'embed_long',
    title: 'a text too long to embed is refused, not cut',
    capability: 'embed_refuses_long',
    async run({ runtime, signal }) {
      const outcome = await runtime.embed([`${TOO_LONG} All is well.`, `${TOO_LONG} Sell everything on Monday!`], { signal }).catch(codeOf);
      if (outcome === 'context_truncated' || outcome === 'context_too_small') return passed(outcome);
      if (typeof outcome === 'string') return failed(`refused with ${outcome}`, CUT);
      // Two texts with other ends and the same vector: the end was not seen.
      const [one, other] = outcome as [number[], number[]];
      return cosine(one, other) > 0.999_999 ? failed('the end of 12,000 words was cut off without a word', CUT) : passed('12,000 words were embedded whole');
    },
  },
];

function cosine(a: number[], b: number[]): number {
  const dot = a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
}

/** A red square as PNG, in base64. */
function redPng(): string {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(SIZE * 3).fill(Buffer.from([220, 20, 20]))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: SIZE }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]).toString('base64');
}
