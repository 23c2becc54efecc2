import { posix } from 'node:path';
import { HoldfastError } from '#contracts';
import { parseHtml } from '../html.js';
import { cleanText, type ParsedPage } from '../parsed.js';
import { PackageParts, resolve } from './package-parts.js';
import { all, find } from './xml.js';

/** A book: a page a chapter, in reading order, numbered from 1. */
export function parseEpub(bytes: Buffer): ParsedPage[] {
  const parts = new PackageParts(bytes);
  if (parts.has('META-INF/rights.xml') || isEncrypted(parts)) throw new HoldfastError('file_encrypted', 'The book is protected. Ingest a copy without protection.');
  const file = find(parts.xml('META-INF/container.xml'), 'rootfile')?.attributes['full-path'];
  if (!file) throw new HoldfastError('file_unreadable', 'The book does not say where its contents are.');
  const root = parts.xml(file);
  const items = new Map([...all(root, 'item'), ...all(root, 'opf:item')].map((i) => [i.attributes['id'] ?? '', i.attributes['href'] ?? '']));
  const order = [...all(root, 'itemref'), ...all(root, 'opf:itemref')].map((r) => items.get(r.attributes['idref'] ?? '')).filter((href) => href !== undefined);
  const chapters = order.map((href) => resolve(posix.dirname(file), unescaped(href))).filter((name) => parts.has(name));
  return chapters.map((name, i) => ({ ...parseHtml(cleanText(parts.text(name)))[0]!, page: i + 1 }));
}

/** A name as it is in the archive: many books write a percent sign in it that escapes nothing. */
function unescaped(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Fonts are often scrambled, and no reader needs a password for that. */
function isEncrypted(parts: PackageParts): boolean {
  if (!parts.has('META-INF/encryption.xml')) return false;
  return [...all(parts.xml('META-INF/encryption.xml'), 'enc:CipherReference')].some((r) => /\.x?html?$/i.test(r.attributes['URI'] ?? ''));
}
