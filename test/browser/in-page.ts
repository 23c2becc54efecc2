import type { Page } from 'playwright-core';

/** As much of the page's own types as is asked of them here. */
type Rect = { x: number; y: number; width: number; height: number };
type Boxed = { getBoundingClientRect(): Rect };
type Drawn = Boxed & { width: number; getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray } } };
type Picture = { complete: boolean; naturalWidth: number };
declare const document: { querySelector(selector: string): unknown };

/** Share of dark dots of a canvas below the first of `mark`. */
export function inkBelow(page: Page, canvas: string, mark: string): Promise<number> {
  return page.evaluate(
    ([sheet, over]) => {
      const drawn = document.querySelector(sheet!) as Drawn;
      const [on, at] = [drawn.getBoundingClientRect(), (document.querySelector(over!) as Boxed).getBoundingClientRect()];
      const scale = drawn.width / on.width;
      const { data } = drawn.getContext('2d').getImageData((at.x - on.x) * scale, (at.y - on.y) * scale, at.width * scale, at.height * scale);
      let dark = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i]! < 128) dark++;
      return dark / (data.length / 4);
    },
    [canvas, mark],
  );
}

/** Resolves once a picture of the page was fetched and can be shown. */
export async function untilPicture(page: Page, selector: string): Promise<void> {
  while (!(await page.evaluate((given) => ((picture: Picture | null) => picture !== null && picture.complete && picture.naturalWidth > 0)(document.querySelector(given) as Picture | null), selector))) await page.waitForTimeout(50);
}
