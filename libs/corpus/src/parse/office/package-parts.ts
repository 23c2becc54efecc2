import { posix } from 'node:path';
import { HoldfastError } from '#contracts';
import { readZip, type ZipEntry } from '../../zip/read-zip.js';
import { all, find, parseXml, type XmlNode } from './xml.js';

/** The parts of an Office or EPUB file, which is a zip of XML. */
export class PackageParts {
  private readonly entries: Map<string, ZipEntry>;

  constructor(bytes: Buffer) {
    this.entries = new Map(readZip(bytes).map((e) => [e.name.replace(/^\/+/, ''), e]));
  }

  names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** @throws HoldfastError `file_unreadable` where there is none. */
  text(name: string): string {
    const entry = this.entries.get(name);
    if (!entry) throw new HoldfastError('file_unreadable', 'A part of the document is missing. Open it in its program and save it again.');
    return entry.read().toString('utf8').replace(/^\ufeff/, '');
  }

  xml(name: string): XmlNode {
    return parseXml(this.text(name));
  }

  /** What a part refers to, by relation id: targets as names of parts. */
  relations(name: string): Map<string, string> {
    const folder = posix.dirname(name);
    const file = posix.join(folder, '_rels', `${posix.basename(name)}.rels`);
    if (!this.has(file)) return new Map();
    const inside = [...all(this.xml(file), 'Relationship')].filter((r) => r.attributes['TargetMode'] !== 'External');
    return new Map(inside.map((r) => [r.attributes['Id'] ?? '', resolve(folder, r.attributes['Target'] ?? '')]));
  }

  /** The part that the package starts with: its document, workbook or presentation. */
  main(): string {
    const type = [...all(this.xml('_rels/.rels'), 'Relationship')].find((r) => r.attributes['Type']?.endsWith('/officeDocument'));
    const target = type?.attributes['Target'];
    if (!target) throw new HoldfastError('file_unreadable', 'The file is no Office document.');
    return resolve('', target);
  }
}

export function resolve(folder: string, target: string): string {
  return (target.startsWith('/') ? posix.normalize(target) : posix.normalize(posix.join(folder, target))).replace(/^\/+/, '');
}

export const firstText = (node: XmlNode, name: string): string | null => {
  const found = find(node, name);
  return found ? found.children.filter((c) => typeof c === 'string').join('') : null;
};
