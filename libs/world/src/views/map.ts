import type { Entity } from '#contracts';
import { placeOf } from '../places.js';
import type { WorldState } from '../state.js';

const STEPS: Record<string, [x: number, y: number]> = { north: [0, -1], south: [0, 1], east: [1, 0], west: [-1, 0], northeast: [1, -1], northwest: [-1, -1], southeast: [1, 1], southwest: [-1, 1], up: [1, -1], down: [-1, 1] };
const WIDTH = 170;
const HEIGHT = 90;
const BOX = { width: 130, height: 46 };
const NAME = 18;

type Point = { x: number; y: number };

/** The world's places and ways as an SVG picture; where the actor is stands out. */
export function mapOf(state: WorldState, actorId?: string): string {
  const places = state.sorted().filter((e) => e.type === 'location' && !e.gone);
  const exits = state.sorted().filter((e) => e.type === 'exit' && !e.gone);
  const at = layOut(places, exits);
  const actor = actorId === undefined ? undefined : state.get(actorId);
  const here = actor ? placeOf(state, actor).id : null;
  const xs = [...at.values()].map((p) => p.x);
  const ys = [...at.values()].map((p) => p.y);
  const left = Math.min(0, ...xs);
  const top = Math.min(0, ...ys);
  const middle = (id: string): Point => ({ x: (at.get(id)!.x - left + 0.5) * WIDTH, y: (at.get(id)!.y - top + 0.5) * HEIGHT });
  const size = { width: (Math.max(0, ...xs) - left + 1) * WIDTH, height: (Math.max(0, ...ys) - top + 1) * HEIGHT };
  const lines = exits.filter((e) => at.has(String(e.in)) && at.has(String(e.attrs['to']))).map((e) => {
    const [a, b] = [middle(String(e.in)), middle(String(e.attrs['to']))];
    return `<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" class="${e.attrs['locked'] === true ? 'locked' : 'way'}"/>`;
  });
  const boxes = places.map((p) => {
    const { x, y } = middle(p.id);
    return `<g${p.id === here ? ' class="here"' : ''}><title>${escape(p.name)}</title><rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="6"/><text x="${x}" y="${y + 5}">${escape(p.name.length > NAME ? `${p.name.slice(0, NAME - 1)}…` : p.name)}</text></g>`;
  });
  const style = '<style>rect{fill:#fff;stroke:#333}.here rect{fill:#ffe9a8}text{font:13px sans-serif;text-anchor:middle}.way{stroke:#777}.locked{stroke:#a33;stroke-dasharray:4}</style>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Map">${style}${lines.join('')}${boxes.join('')}</svg>`;
}

/** Places on a grid: where they say they are, else by the directions of their ways, else wherever there is room. */
function layOut(places: Entity[], exits: Entity[]): Map<string, Point> {
  const at = new Map<string, Point>();
  const taken = new Set<string>();
  const put = (id: string, x: number, y: number): void => {
    let column = x;
    while (taken.has(`${column},${y}`)) column++;
    taken.add(`${column},${y}`);
    at.set(id, { x: column, y });
  };
  for (const p of places) if (typeof p.attrs['x'] === 'number' && typeof p.attrs['y'] === 'number') put(p.id, p.attrs['x'], p.attrs['y']);
  const from = new Map<string, Entity[]>();
  for (const exit of exits) from.set(String(exit.in), [...(from.get(String(exit.in)) ?? []), exit]);
  const ids = new Set(places.map((p) => p.id));
  for (const start of places) {
    if (!at.has(start.id)) put(start.id, 0, at.size === 0 ? 0 : Math.max(...[...at.values()].map((p) => p.y)) + 1);
    const queue = [start.id];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      for (const exit of from.get(id) ?? []) {
        const to = String(exit.attrs['to']);
        if (at.has(to) || !ids.has(to)) continue;
        const [dx, dy] = STEPS[String(exit.attrs['direction'])] ?? [1, 0];
        put(to, at.get(id)!.x + dx, at.get(id)!.y + dy);
        queue.push(to);
      }
    }
  }
  return at;
}

const escape = (text: string): string => text.replace(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[c]!);
