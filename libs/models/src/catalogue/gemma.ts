import type { CatalogueModel, ModelBuild } from '#contracts';

const GB = 1e9;
const LIBRARY = { 4: 'https://ollama.com/library/gemma4/tags', 3: 'https://ollama.com/library/gemma3/tags', '3n': 'https://ollama.com/library/gemma3n/tags' } as const;
const OVERVIEW = 'https://ai.google.dev/gemma/docs/core';
const CARD_4 = 'https://ai.google.dev/gemma/docs/core/model_card_4';
const CARD_12B = 'https://huggingface.co/google/gemma-4-12B';
const CARD_3 = 'https://ai.google.dev/gemma/docs/core/model_card_3';
const CARD_3N = 'https://ai.google.dev/gemma/docs/gemma-3n/model_card';

/** How a model's layers remember: full ones grow with the context, sliding ones stop at their window. */
type Attention = { full: number; sliding: number; window: number; fullBytes: number; slidingBytes: number };
/** Bytes of keys and values of one layer and token, at 16 bits. */
const kv = (heads: number, width: number): number => 2 * heads * width * 2;

type Sourced = { source: string; verified: boolean };
/** Compared with what the source says. */
const read = (source: string): Sourced => ({ source, verified: true });
/** As it is reported; the source itself was not at hand. */
const told = (source: string): Sourced => ({ source, verified: false });

function memory(source: string, a: Attention): CatalogueModel['memory'] {
  return { ...told(source), bytesPer1000Tokens: a.full * a.fullBytes * 1_000, fixedBytes: a.sliding * a.slidingBytes * a.window };
}

const build = (library: keyof typeof LIBRARY, quantization: string, gigabytes: number, ollama: string, lmStudio: string | null, from: typeof read = told): ModelBuild => ({ quantization, weightBytes: gigabytes * GB, ollama, lmStudio, ...from(LIBRARY[library]) });
/** Weights as Google's own table has them, which counts what is loaded. */
const qat = (gigabytes: number, ollama: string, lmStudio: string): ModelBuild => ({ quantization: 'Q4_0', weightBytes: gigabytes * GB, ollama, lmStudio, ...read(OVERVIEW) });

const config = (name: string): string => `https://huggingface.co/google/${name}/blob/main/config.json`;
const EYES_AND_EARS: CatalogueModel['modalities']['of'] = ['text', 'image', 'audio'];
const CAN = { tools: true, thinking: true };
const PLAIN = { tools: false, thinking: false };

/** Gemma 4, and Gemma 3 and 3n for small machines. The layer counts behind `memory` are those of each config.json; layers that share another's keys and values take none. LM Studio's keys were not looked up. Gemma 3 270M is left out: it is for seeing the machinery, and no published score puts it in an order with these. */
export const GEMMA: readonly CatalogueModel[] = [
  {
    id: 'gemma-4-31b', title: 'Gemma 4 31B', ...CAN,
    parameters: { total: 30.7, active: 30.7, ...read(CARD_4) }, context: { tokens: 262_144, ...read(CARD_4) }, modalities: { of: ['text', 'image'], ...read(CARD_4) }, quality: { mmluPro: 85.2, ...read(CARD_4) },
    memory: memory(config('gemma-4-31B-it'), { full: 10, sliding: 50, window: 1_024, fullBytes: kv(4, 512), slidingBytes: kv(16, 256) }),
    builds: [qat(17.5, 'gemma4:31b-it-qat', 'google/gemma-4-31b-qat'), build(4, 'Q4_K_M', 20, 'gemma4:31b', 'google/gemma-4-31b'), build(4, 'Q8_0', 34, 'gemma4:31b-it-q8_0', 'google/gemma-4-31b@q8_0')],
  },
  {
    id: 'gemma-4-26b-a4b', title: 'Gemma 4 26B-A4B', ...CAN,
    parameters: { total: 25.2, active: 3.8, ...read(CARD_4) }, context: { tokens: 262_144, ...read(CARD_4) }, modalities: { of: ['text', 'image'], ...read(CARD_4) }, quality: { mmluPro: 82.6, ...read(CARD_4) },
    memory: memory(config('gemma-4-26B-A4B-it'), { full: 5, sliding: 25, window: 1_024, fullBytes: kv(2, 512), slidingBytes: kv(8, 256) }),
    builds: [qat(14.4, 'gemma4:26b-a4b-it-qat', 'google/gemma-4-26b-a4b-qat'), build(4, 'Q4_K_M', 18, 'gemma4:26b', 'google/gemma-4-26b-a4b'), build(4, 'Q8_0', 28, 'gemma4:26b-a4b-it-q8_0', 'google/gemma-4-26b-a4b@q8_0', read)],
  },
  {
    // Read from pages that report Google's card and the model's config.json: neither was at hand itself.
    id: 'gemma-4-12b', title: 'Gemma 4 12B', ...CAN,
    parameters: { total: 11.95, active: 11.95, ...told(CARD_12B) }, context: { tokens: 262_144, ...told(CARD_12B) }, modalities: { of: EYES_AND_EARS, ...told(CARD_12B) }, quality: { mmluPro: 77.2, ...told(CARD_12B) },
    memory: memory(config('gemma-4-12B-it'), { full: 8, sliding: 40, window: 1_024, fullBytes: kv(1, 512), slidingBytes: kv(8, 256) }),
    builds: [build(4, 'Q4_0', 7.2, 'gemma4:12b-it-qat', 'google/gemma-4-12b-qat'), build(4, 'Q4_K_M', 7.6, 'gemma4:12b', 'google/gemma-4-12b'), build(4, 'Q8_0', 13.8, 'gemma4:12b-it-q8_0', 'google/gemma-4-12b@q8_0')],
  },
  {
    id: 'gemma-4-e4b', title: 'Gemma 4 E4B', ...CAN,
    parameters: { total: 8, active: 4.5, ...read(CARD_4) }, context: { tokens: 131_072, ...read(CARD_4) }, modalities: { of: EYES_AND_EARS, ...read(CARD_4) }, quality: { mmluPro: 69.4, ...read(CARD_4) },
    memory: memory(config('gemma-4-E4B-it'), { full: 4, sliding: 20, window: 512, fullBytes: kv(2, 512), slidingBytes: kv(2, 256) }),
    builds: [build(4, 'Q4_0', 6.1, 'gemma4:e4b-it-qat', 'google/gemma-4-e4b-qat'), build(4, 'Q4_K_M', 9.6, 'gemma4:e4b', 'google/gemma-4-e4b'), build(4, 'Q8_0', 12, 'gemma4:e4b-it-q8_0', 'google/gemma-4-e4b@q8_0')],
  },
  {
    id: 'gemma-4-e2b', title: 'Gemma 4 E2B', ...CAN,
    parameters: { total: 5.1, active: 2.3, ...read(CARD_4) }, context: { tokens: 131_072, ...read(CARD_4) }, modalities: { of: EYES_AND_EARS, ...read(CARD_4) }, quality: { mmluPro: 60, ...read(CARD_4) },
    memory: memory(config('gemma-4-E2B-it'), { full: 3, sliding: 12, window: 512, fullBytes: kv(1, 512), slidingBytes: kv(1, 256) }),
    builds: [build(4, 'Q4_0', 4.3, 'gemma4:e2b-it-qat', 'google/gemma-4-e2b-qat'), build(4, 'Q4_K_M', 7.2, 'gemma4:e2b', 'google/gemma-4-e2b'), build(4, 'Q8_0', 8.1, 'gemma4:e2b-it-q8_0', 'google/gemma-4-e2b@q8_0')],
  },
  {
    id: 'gemma-3-27b', title: 'Gemma 3 27B', ...PLAIN,
    parameters: { total: 27.4, active: 27.4, ...told(CARD_3) }, context: { tokens: 131_072, ...told(CARD_3) }, modalities: { of: ['text', 'image'], ...told(CARD_3) }, quality: { mmluPro: 67.5, ...told(CARD_3) },
    memory: memory(config('gemma-3-27b-it'), { full: 10, sliding: 52, window: 1_024, fullBytes: kv(16, 128), slidingBytes: kv(16, 128) }),
    builds: [build(3, 'Q4_K_M', 17, 'gemma3:27b', 'google/gemma-3-27b'), build(3, 'Q4_0', 18, 'gemma3:27b-it-qat', 'google/gemma-3-27b')],
  },
  {
    id: 'gemma-3-12b', title: 'Gemma 3 12B', ...PLAIN,
    parameters: { total: 12.2, active: 12.2, ...told(CARD_3) }, context: { tokens: 131_072, ...told(CARD_3) }, modalities: { of: ['text', 'image'], ...told(CARD_3) }, quality: { mmluPro: 60.6, ...told(CARD_3) },
    memory: memory(config('gemma-3-12b-it'), { full: 8, sliding: 40, window: 1_024, fullBytes: kv(8, 256), slidingBytes: kv(8, 256) }),
    builds: [build(3, 'Q4_K_M', 8.1, 'gemma3:12b', 'google/gemma-3-12b'), build(3, 'Q4_0', 8.9, 'gemma3:12b-it-qat', 'google/gemma-3-12b')],
  },
  {
    id: 'gemma-3-4b', title: 'Gemma 3 4B', ...PLAIN,
    parameters: { total: 4.3, active: 4.3, ...told(CARD_3) }, context: { tokens: 131_072, ...told(CARD_3) }, modalities: { of: ['text', 'image'], ...told(CARD_3) }, quality: { mmluPro: 43.6, ...told(CARD_3) },
    memory: memory(config('gemma-3-4b-it'), { full: 5, sliding: 29, window: 1_024, fullBytes: kv(4, 256), slidingBytes: kv(4, 256) }),
    builds: [build(3, 'Q4_K_M', 3.3, 'gemma3:4b', 'google/gemma-3-4b'), build(3, 'Q4_0', 4, 'gemma3:4b-it-qat', 'google/gemma-3-4b')],
  },
  {
    id: 'gemma-3-1b', title: 'Gemma 3 1B', ...PLAIN,
    parameters: { total: 1, active: 1, ...told(CARD_3) }, context: { tokens: 32_768, ...told(CARD_3) }, modalities: { of: ['text'], ...told(CARD_3) }, quality: { mmluPro: 14.7, ...told(CARD_3) },
    memory: memory(config('gemma-3-1b-it'), { full: 4, sliding: 22, window: 512, fullBytes: kv(1, 256), slidingBytes: kv(1, 256) }),
    builds: [build(3, 'Q4_K_M', 0.815, 'gemma3:1b', 'google/gemma-3-1b'), build(3, 'Q4_0', 1, 'gemma3:1b-it-qat', 'google/gemma-3-1b')],
  },
  {
    id: 'gemma-3n-e4b', title: 'Gemma 3n E4B', ...PLAIN,
    parameters: { total: 8.4, active: 4, ...told(CARD_3N) }, context: { tokens: 32_768, ...told(CARD_3N) }, modalities: { of: ['text'], ...told(LIBRARY['3n']) }, quality: { mmluPro: 50.6, ...told(CARD_3N) },
    memory: memory(config('gemma-3n-E4B-it'), { full: 4, sliding: 16, window: 512, fullBytes: kv(2, 256), slidingBytes: kv(2, 256) }),
    builds: [build('3n', 'Q4_K_M', 7.5, 'gemma3n:e4b', 'google/gemma-3n-e4b')],
  },
  {
    id: 'gemma-3n-e2b', title: 'Gemma 3n E2B', ...PLAIN,
    parameters: { total: 6, active: 2, ...told(CARD_3N) }, context: { tokens: 32_768, ...told(CARD_3N) }, modalities: { of: ['text'], ...told(LIBRARY['3n']) }, quality: { mmluPro: 40.5, ...told(CARD_3N) },
    memory: memory(config('gemma-3n-E2B-it'), { full: 4, sliding: 16, window: 512, fullBytes: kv(2, 256), slidingBytes: kv(2, 256) }),
    builds: [build('3n', 'Q4_K_M', 5.6, 'gemma3n:e2b', null)],
  },
];
