import type { Operations } from '#client';

export type Change = Operations['listEvents']['answer']['data'][number]['change'];
export type Entity = Operations['getState']['answer']['entities'][number];

/** An event of a world in a line. `name` gives an entity's name by its id. */
export function eventWords(change: Change, name: (id: string) => string): string {
  const because = 'cause' in change && change.cause ? `, ${change.cause}` : '';
  switch (change.kind) {
    case 'created':
      return `${change.entity.name} (${change.entity.type}) is there${change.entity.in ? `, in ${name(change.entity.in)}` : ''}`;
    case 'removed':
      return `${name(change.id)} is gone${because}`;
    case 'changed':
      return `${name(change.id)}: ${[...(change.name ? [`is called ${change.name}`] : []), ...Object.entries(change.set).map(([attr, value]) => `${attr} is ${JSON.stringify(value)}`)].join(', ')}${because}`;
    case 'moved':
      return `${name(change.id)} goes to ${name(change.to)}${change.via ? ` by ${change.via}` : ''}${because}`;
    case 'amount':
      return `${name(change.id)}: ${change.attr} ${signed(change.by)}${because}`;
    case 'paid':
      return `${name(change.from)} gives ${name(change.to)} ${change.amount} ${change.attr}`;
    case 'related':
      return `${name(change.from)} towards ${name(change.to)}: ${change.relation} ${signed(change.by)}${because}`;
    case 'learned':
      return `${name(change.who)} learns ${name(change.fact)} (${change.how}${change.by ? ` by ${name(change.by)}` : ''})`;
    case 'died':
      return `${name(change.id)} dies${because}`;
    case 'ticked':
      return `${name(change.id)} ${signed(change.by)}`;
    case 'rolled':
      return `${change.notation} gave ${change.total} for ${change.purpose}`;
    case 'noted':
      return `${change.about.map(name).join(', ')}: ${change.text}`;
    case 'restored':
      return `back to version ${change.to} (${change.why})`;
    default:
      return (change as { kind: string }).kind;
  }
}

const signed = (by: number): string => (by < 0 ? String(by) : `+${by}`);
