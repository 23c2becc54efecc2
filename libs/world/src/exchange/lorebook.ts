import type { ImportError, WorldChange } from '#contracts';
import type { WorldState } from '../state.js';
import { created, FILE, type Imported, recordOf, rulesFor, without } from './imported.js';

/**
 * A lorebook of SillyTavern: entries by number with `key`, or a character card's list with `keys`. Each entry becomes
 * lore that is recalled where one of its words stands; one that cannot be is named with the reason.
 */
export function importLorebook(data: Record<string, unknown>): Imported {
  const errors: ImportError[] = [];
  const raw = data['entries'];
  const listed = Array.isArray(raw);
  const entries = listed ? raw.map((e, i) => [String(i), e] as const) : Object.entries(recordOf(raw));
  const changes: WorldChange[] = [created(FILE, 'lore', '', null, { text: '', lorebook: { ...without(data, 'entries'), listed } })];
  for (const [name, value] of entries) {
    const entry = recordOf(value);
    const reason = reasonAgainst(entry);
    if (reason) {
      errors.push({ entry: name, reason });
      continue;
    }
    const keys = (entry['key'] ?? entry['keys']) as string[];
    const title = [entry['comment'], entry['name'], keys[0]].find((t): t is string => typeof t === 'string' && t !== '') ?? name;
    changes.push(created(`lore:${name}`, 'lore', title, null, { text: String(entry['content']), keys, constant: entry['constant'] === true, enabled: entry['disable'] !== true && entry['enabled'] !== false, lorebook: without(entry, 'key', 'keys', 'content') }));
  }
  return { rules: rulesFor('lorebook'), changes, errors };
}

function reasonAgainst(entry: Record<string, unknown>): string | null {
  if (typeof entry['content'] !== 'string') return 'It has no content.';
  const keys = entry['key'] ?? entry['keys'];
  if (!Array.isArray(keys) || keys.some((k) => typeof k !== 'string')) return 'Its keys are not a list of words.';
  return keys.length === 0 && entry['constant'] !== true ? 'It has no keys and is not constant, so that it could never be recalled.' : null;
}

export function exportLorebook(state: WorldState): Record<string, unknown> {
  const { listed, ...file } = recordOf(state.get(FILE)?.attrs['lorebook']);
  const lore = state.sorted().filter((e) => e.type === 'lore' && e.id !== FILE && !e.gone);
  const entries = lore.map((e, i) => {
    const own = recordOf(e.attrs['lorebook']);
    return [e.id.startsWith('lore:') ? e.id.slice(5) : String(i), { ...own, [listed ? 'keys' : 'key']: e.attrs['keys'] ?? [], content: e.attrs['text'] }] as const;
  });
  return { ...file, entries: listed ? [...entries].sort(([a], [b]) => Number(a) - Number(b)).map(([, e]) => e) : Object.fromEntries(entries) };
}
