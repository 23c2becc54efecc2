import { IDENTIFIER_KINDS, type IdentifierKind, identifiersIn } from './identifiers.js';

export type Deidentified = { parts: { name: string; text: string }[]; replaced: Record<IdentifierKind, number> };

/**
 * Texts with every identifier replaced by its kind and a number, the same for the same words, so that a reader can still
 * tell two people apart. `also`: what a model found beside the rules; only what stands in a text is replaced.
 */
export function deidentify(parts: readonly { name: string; text: string }[], also: readonly { text: string; kind: IdentifierKind }[] = []): Deidentified {
  const numbers = new Map<string, number>();
  const replaced = Object.fromEntries(IDENTIFIER_KINDS.map((k) => [k, 0])) as Record<IdentifierKind, number>;
  const labelOf = (kind: IdentifierKind, said: string): string => {
    const key = `${kind} ${said.toLowerCase().replace(/\W+/gu, ' ').trim()}`;
    if (!numbers.has(key)) numbers.set(key, [...numbers.keys()].filter((k) => k.startsWith(`${kind} `)).length + 1);
    return `[${kind.toUpperCase()}-${numbers.get(key)}]`;
  };
  const clean = (text: string): string => {
    let out = '';
    let at = 0;
    for (const { kind, start, end } of identifiersIn(text, also)) {
      out += text.slice(at, start) + labelOf(kind, text.slice(start, end));
      at = end;
      replaced[kind]++;
    }
    return out + text.slice(at);
  };
  // Names of files and resources say whose they are.
  return { parts: parts.map((p, i) => ({ name: `part ${i + 1}`, text: clean(p.text) })), replaced };
}
