import type { Page } from 'playwright-core';

/** The page's own. */
declare function requestAnimationFrame(then: (now: number) => void): void;

export type Frames = { median: number; p95: number; longest: number };

/** Milliseconds between frames while a box is scrolled for a second and a half, quickly and in small steps. */
export function framesWhileScrolling(page: Page, selector: string): Promise<Frames> {
  return page.locator(selector).first().evaluate(
    (box: { scrollBy(x: number, y: number): void }) =>
      new Promise<{ median: number; p95: number; longest: number }>((done) => {
        const gaps: number[] = [];
        const begun = performance.now();
        let before = begun;
        const frame = (now: number): void => {
          gaps.push(now - before);
          before = now;
          box.scrollBy(0, 240);
          if (now - begun < 1_500) return void requestAnimationFrame(frame);
          const sorted = gaps.slice(2).sort((a, b) => a - b);
          const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
          done({ median: at(0.5), p95: at(0.95), longest: at(1) });
        };
        requestAnimationFrame(frame);
      }),
  );
}
