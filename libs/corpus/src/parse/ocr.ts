import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HoldfastError } from '#contracts';
import type { Worker } from 'tesseract.js';
import type { PageRegion } from './parsed.js';

/** Text recognised in a picture, paragraphs apart by blank lines; `confidence` is Tesseract's, in [0,100]. */
export type Recognised = { text: string; regions: PageRegion[]; confidence: number; /** Whether there was anything like text, readable or not. */ signs: boolean };

/** The engine holds some 100 MB: it goes when nothing has been read for so long, in milliseconds. */
const IDLE_MS = 30_000;
/** Below this the letters are mostly guessed: the picture may stand on its side, or hold no Latin script. */
const READABLE = 55;
/** Lines below this are left out: a map or a figure has some that can be read, and more that cannot. */
const SURE = 60;
/** Fewer letters than this, in a picture that makes little sense, are a chance. */
const FEWEST_LETTERS = 8;
const TURNS = [90, 270, 180] as const;
const LANGUAGE_DATA = join(dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json')), '4.0.0_best_int');
/** Tesseract's engine mode for data of this kind. */
const LSTM_ONLY = 1;

let engine: Promise<Worker> | null = null;
let queue: Promise<unknown> = Promise.resolve();
let idle: NodeJS.Timeout | undefined;

/**
 * Reads a picture (PNG, JPEG, GIF, BMP, WebP, PNM) by Tesseract in a thread of its own, one picture at a time; one that
 * makes no sense is turned by quarters, and the best reading counts. Its data comes from an npm package: no network.
 * @throws HoldfastError `text_unrecognized` where no reading makes sense, `file_unreadable` where it is no picture.
 */
export function recognise(picture: Buffer, signal: AbortSignal): Promise<Recognised> {
  const mine = queue.then(() => inTurn(picture, signal));
  queue = mine.catch(() => undefined);
  return mine;
}

async function inTurn(picture: Buffer, signal: AbortSignal): Promise<Recognised> {
  clearTimeout(idle);
  try {
    signal.throwIfAborted();
    let best = await read(picture);
    for (const degrees of best.confidence < READABLE ? TURNS : []) {
      signal.throwIfAborted();
      const turned = await read(await turn(picture, degrees));
      // The boxes of a turned picture are not the original's.
      if (turned.confidence > best.confidence + 10 && letters(turned) >= FEWEST_LETTERS) best = { ...turned, regions: [] };
      if (best.confidence >= READABLE) break;
    }
    if (best.signs && best.confidence < READABLE && letters(best) < FEWEST_LETTERS) throw new HoldfastError('text_unrecognized', 'There are signs in the picture that could not be read as Latin script. Scan it larger, or ingest a text of it.');
    return best;
  } finally {
    idle = setTimeout(() => void closeRecogniser(), IDLE_MS);
    idle.unref();
  }
}

/** Ends the engine's thread; the next picture starts it again. */
export async function closeRecogniser(): Promise<void> {
  clearTimeout(idle);
  const ending = engine;
  engine = null;
  await (await ending?.catch(() => null))?.terminate();
}

async function read(picture: Buffer): Promise<Recognised> {
  const worker = await (engine ??= start());
  const size = await sizeOf(picture);
  const { data } = await running(worker, () => worker.recognize(picture, {}, { text: false, blocks: true })).catch((cause: unknown) => {
    throw new HoldfastError('file_unreadable', 'The picture is broken or of a kind that is not read.', { cause });
  });
  let text = '';
  const regions: PageRegion[] = [];
  for (const paragraph of (data.blocks ?? []).flatMap((b) => b.paragraphs)) {
    const words = paragraph.lines.filter((l) => l.confidence >= SURE).map((l) => l.text.trim()).filter((l) => l !== '').reduce(joined, '');
    if (words === '') continue;
    if (text !== '') text += '\n\n';
    const { x0, y0, x1, y1 } = paragraph.bbox;
    if (size) regions.push({ start: text.length, end: text.length + words.length, box: [x0 / size.width, y0 / size.height, (x1 - x0) / size.width, (y1 - y0) / size.height].map(rounded) as PageRegion['box'] });
    text += words;
  }
  return { text, regions, confidence: data.confidence, signs: (data.blocks ?? []).length > 0 };
}

/** A thread that waits for work keeps no process alive. */
async function running<T>(worker: Worker, work: () => Promise<T>): Promise<T> {
  const { worker: thread } = worker as unknown as { worker: { ref(): void; unref(): void } };
  thread.ref();
  try {
    return await work();
  } finally {
    thread.unref();
  }
}

/** A word parted at a line's end is joined. */
function joined(text: string, line: string): string {
  if (text === '') return line;
  return /\p{L}-$/u.test(text) && /^\p{Ll}/u.test(line) ? text.slice(0, -1) + line : `${text} ${line}`;
}

async function start(): Promise<Worker> {
  const { createWorker } = await import('tesseract.js');
  try {
    return await createWorker('eng', LSTM_ONLY, { langPath: LANGUAGE_DATA, cacheMethod: 'none', gzip: true, errorHandler: () => undefined });
  } catch (error) {
    engine = null;
    throw error;
  }
}

async function sizeOf(picture: Buffer): Promise<{ width: number; height: number } | null> {
  const { loadImage } = await import('@napi-rs/canvas');
  // Portable bitmaps are read by the engine and not by the canvas: their boxes cannot be told as shares.
  return loadImage(picture).then(({ width, height }) => ({ width, height }), () => null);
}

async function turn(picture: Buffer, degrees: number): Promise<Buffer> {
  const { createCanvas, loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(picture).catch(() => null);
  if (!image) return picture;
  const upright = degrees === 180;
  const canvas = createCanvas(upright ? image.width : image.height, upright ? image.height : image.width);
  const pen = canvas.getContext('2d');
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate((degrees * Math.PI) / 180);
  pen.drawImage(image, -image.width / 2, -image.height / 2);
  return canvas.toBuffer('image/png');
}

const letters = (r: Recognised): number => r.text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
const rounded = (share: number): number => Math.round(share * 10_000) / 10_000;
