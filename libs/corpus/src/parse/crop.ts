import type { Canvas, Image } from '@napi-rs/canvas';
import { HoldfastError } from '#contracts';
import type { PageRegion } from './parsed.js';

/** Models that see shrink what is larger, in dots across. */
const MOST_DOTS = 1_536;

/** A part of a drawn picture as PNG, shrunk to what models take; `box` is left, top, width and height as shares. */
export async function cropped(picture: Canvas | Image, [left, top, width, height]: PageRegion['box']): Promise<Buffer> {
  const { createCanvas } = await import('@napi-rs/canvas');
  const [w, h] = [Math.max(1, picture.width * width), Math.max(1, picture.height * height)];
  const scale = Math.min(1, MOST_DOTS / Math.max(w, h));
  const canvas = createCanvas(Math.max(1, Math.round(w * scale)), Math.max(1, Math.round(h * scale)));
  canvas.getContext('2d').drawImage(picture, picture.width * left, picture.height * top, w, h, 0, 0, canvas.width, canvas.height);
  return canvas.toBuffer('image/png');
}

/** A part of a picture file as PNG. @throws HoldfastError `file_unreadable` where it is of a kind that is not drawn. */
export async function croppedFile(bytes: Buffer, box: PageRegion['box']): Promise<Buffer> {
  const { loadImage } = await import('@napi-rs/canvas');
  const image = await loadImage(bytes).catch((cause: unknown) => {
    throw new HoldfastError('file_unreadable', 'The picture is of a kind that cannot be shown to a model. Save it as PNG or JPEG.', { cause });
  });
  return cropped(image, box);
}
