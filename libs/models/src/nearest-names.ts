import { HoldfastError } from '#contracts';

const SHOWN = 3;

/** The names most like the one that was asked for, best first: what people mean when they mistype a tag. */
export function nearestNames(asked: string, names: readonly string[]): string[] {
  const [wanted, family] = [normal(asked), normal(asked).split(':')[0]!];
  return names
    .map((name) => ({ name, distance: distance(wanted, normal(name)) - (normal(name).split(':')[0] === family ? family.length : 0) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

/** The same failure with the names that the runtime has, where it has any. */
export async function withNearestNames(error: Error, asked: string, models: () => Promise<string[]>): Promise<Error> {
  if (!(error instanceof HoldfastError) || error.code !== 'model_missing') return error;
  const names = await models().catch(() => []);
  const near = nearestNames(asked, names);
  return near.length ? new HoldfastError('model_missing', `${error.message} It has ${near.join(', ')}${names.length > near.length ? ' and others' : ''}.`) : error;
}

const normal = (name: string): string => name.toLowerCase().replace(/:latest$/, '').replace(/^.*\//, '').replaceAll(/[-_]/g, ':');

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
