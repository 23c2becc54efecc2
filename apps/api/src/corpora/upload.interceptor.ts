import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import multer from 'multer';
import { finalize, from, type Observable, switchMap } from 'rxjs';
import { HoldfastError } from '#contracts';
import { READABLE_ENDINGS } from '#corpus';
import type { Config } from '#platform';
import { CONFIG } from '../core/tokens.js';
import { InvalidRequest } from '../http/invalid-request.js';

const MOST_FILES = 200;
const FOLDER = 'uploads';
/** No request lasts as long: what is older was left by a process that died. */
const LEFT_BEHIND_MS = 24 * 3_600_000;

/** A file of an upload, as it lies on this machine's disk until its request is answered. */
export type UploadedFile = { name: string; file: string; bytes: number };
type WithUploads = Request & { uploads?: UploadedFile[] };

export const uploadsOf = (req: Request): UploadedFile[] | null => (req as WithUploads).uploads ?? null;

/** Streams the files of a multipart request to disk, within limits, and removes them once the request is answered. */
@Injectable()
export class UploadInterceptor implements NestInterceptor {
  /** Of the names of the files that are taken. */
  protected readonly endings: readonly string[] = READABLE_ENDINGS;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const req = context.switchToHttp().getRequest<WithUploads>();
    if (!req.is('multipart/form-data')) return next.handle();
    const folder = join(this.config.dataDir, FOLDER, randomUUID());
    const received = this.receive(req, context.switchToHttp().getResponse<Response>(), folder);
    return from(received).pipe(
      switchMap(() => next.handle()),
      finalize(() => void rm(folder, { recursive: true, force: true }).catch(() => undefined)),
    );
  }

  private receive(req: WithUploads, res: Response, folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const storage = multer.diskStorage({ destination: folder, filename: (_req, _file, done) => done(null, randomUUID()) });
    const take = multer({ storage, defParamCharset: 'utf8', fileFilter: taking(this.endings), limits: { fileSize: this.config.maxFileBytes, files: MOST_FILES, fields: 20, fieldSize: 4_096, parts: MOST_FILES + 20 } }).any();
    return new Promise((resolve, reject) => {
      void take(req, res, (error: unknown) => {
        if (error) return reject(error instanceof HoldfastError || known(error) ? (error as Error) : new InvalidRequest([{ path: '', message: 'the multipart body is malformed' }]));
        req.uploads = ((req.files ?? []) as Express.Multer.File[]).map((f) => ({ name: fileName(f.originalname), file: f.path, bytes: f.size }));
        resolve();
      });
    });
  }
}

/** By its name alone: what its bytes are is found out where they are read, in a worker. One that is not taken ends the request. */
const taking = (endings: readonly string[]): NonNullable<multer.Options['fileFilter']> => (_req, file, done) => {
  if (endings.includes(extname(fileName(file.originalname)).toLowerCase())) return done(null, true);
  done(new HoldfastError('unsupported_media_type', `Files with these endings are taken: ${endings.join(', ')}.`) as Error);
};

/** Removes uploads of processes that died before they answered. */
export async function sweepUploads(dataDir: string, nowMs: number): Promise<void> {
  for (const name of await readdir(join(dataDir, FOLDER)).catch(() => [])) {
    const folder = join(dataDir, FOLDER, name);
    const found = await stat(folder).catch(() => null);
    if (found && nowMs - found.mtimeMs > LEFT_BEHIND_MS) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Limits that were reached, and the disk's errors. Whatever else multer and its parser say is of a broken body. */
function known(error: unknown): boolean {
  return /^(LIMIT_|E[A-Z]+$)/.test(String((error as { code?: unknown }).code));
}

/** The name without folders and control characters. */
export function fileName(original: string): string {
  const name = basename(original.replaceAll('\\', '/'));
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 255) || 'unnamed';
}
