/** As stacks name the library's files, with source maps and without. */
const OF_PDFJS = /\/pdfjs-dist\/|webpack:\/\/pdf\.js\//;

let tolerated = false;

/**
 * pdf.js looks up pages ahead of their use and leaves such a promise to itself: where a page is broken its rejection is
 * nobody's. To a browser that is a line in a log; Node ends the process, which a worker's other runs need. Whoever reads
 * the page is told by a promise of their own. Rejections of all other code end the process as before.
 */
export function toleratePdfRejections(): void {
  if (tolerated) return;
  tolerated = true;
  process.on('unhandledRejection', (reason: unknown) => {
    if (!(reason instanceof Error && OF_PDFJS.test(reason.stack ?? ''))) throw reason;
  });
}
