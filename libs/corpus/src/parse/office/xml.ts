import { Parser } from 'htmlparser2';

/** An element with its prefix (`w:p`), its attributes as written, and what it holds in order. */
export type XmlNode = { name: string; attributes: Record<string, string>; children: (XmlNode | string)[] };

/** Elements that stand deeper than this are no document's. */
const DEEPEST = 256;

/** The root of an XML text. Entities are XML's own five and numbers: none is ever declared or fetched. */
export function parseXml(source: string): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [] };
  const open = [root];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const node = { name, attributes, children: [] };
        if (open.length < DEEPEST) open.at(-1)!.children.push(node);
        open.push(node);
      },
      ontext: (text) => void open.at(-1)!.children.push(text),
      onclosetag: () => void (open.length > 1 && open.pop()),
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(source);
  return root;
}

/** The first element below, at any depth, by that name. */
export function find(node: XmlNode, name: string): XmlNode | null {
  return all(node, name).next().value ?? null;
}

/** All elements below by that name, in order; not those within one of them. */
export function* all(node: XmlNode, name: string): Generator<XmlNode> {
  for (const child of node.children) {
    if (typeof child === 'string') continue;
    if (child.name === name) yield child;
    else yield* all(child, name);
  }
}

export const elements = (node: XmlNode): XmlNode[] => node.children.filter((c): c is XmlNode => typeof c !== 'string');

export function textOf(node: XmlNode): string {
  return node.children.map((c) => (typeof c === 'string' ? c : textOf(c))).join('');
}
