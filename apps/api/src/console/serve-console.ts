import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { HoldfastError } from '#contracts';
import { PROJECT_ROOT } from '#platform';

/** Where the build puts the page (apps/console/vite.config.mjs). */
const FOLDER = join(PROJECT_ROOT, 'dist/console');
const PLACEHOLDER = '%NONCE%';
/** Scripts and data from here alone. Styles: files from here, and elements that carry the number of this very answer. */
const policyOf = (nonce: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** What the reader of PDFs runs in a worker of its own, which has a policy of its own: pictures in a PDF are decoded by WebAssembly. */
const READER = /pdf\.worker[^/\\]*\.m?js$/;
const READER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
/** Fonts, character maps and decoders of that reader, as its package has them. */
const READER_PARTS = ['cmaps', 'standard_fonts', 'wasm'];
const READER_FOLDER = join(PROJECT_ROOT, 'node_modules/pdfjs-dist');

/** Serves the console below /console, and leads there from /. Its files have their content's hash in their names. */
export function serveConsole(app: NestExpressApplication, folder: string = FOLDER): void {
  const files = express.static(folder, { index: false, redirect: false, setHeaders: (res, path) => {
    res.setHeader('Cache-Control', /[/\\]assets[/\\]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (READER.test(path)) res.setHeader('Content-Security-Policy', READER_POLICY);
  } });
  for (const part of READER_PARTS) app.use(`/console/pdf/${part}`, express.static(join(READER_FOLDER, part), { index: false, redirect: false }));
  app.use('/console', (req: Request, res: Response, next: NextFunction) => (req.path === '/' || req.path === '/index.html' ? next() : files(req, res, next)));
  app.use('/console', (req: Request, res: Response, next: NextFunction) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    // What looks like a file and was not found is none; any other path is a page of the console's own.
    if (/\.\w+$/.test(req.path)) return next(new HoldfastError('not_found', 'There is no such file.'));
    sendPage(folder, res).catch(next);
  });
  app.use((req: Request, res: Response, next: NextFunction) => (req.path === '/' && req.method === 'GET' ? res.redirect(302, '/console') : next()));
}

async function sendPage(folder: string, res: Response): Promise<void> {
  const html = await readFile(join(folder, 'index.html'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new HoldfastError('not_found', 'The console is not built. `npm run build` builds it.') : error;
  });
  const nonce = randomBytes(16).toString('base64');
  res.setHeader('Content-Security-Policy', policyOf(nonce)).setHeader('Cache-Control', 'no-store');
  res.type('html').send(html.replace(PLACEHOLDER, nonce));
}
