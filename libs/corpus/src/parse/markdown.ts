import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { ParsedPage } from './parsed.js';
import { SectionWriter } from './section-writer.js';

/** The parts of an mdast node that matter here (https://github.com/syntax-tree/mdast). */
type Node = { type: string; value?: string; depth?: number; alt?: string | null; ordered?: boolean | null; start?: number | null; children?: Node[] };

const FRONT_MATTER = /^---\n[\s\S]*?\n(?:---|\.\.\.)\n/;

/** Markdown (CommonMark and GitHub's tables) as its readers see it: marks, links' addresses and comments are gone. */
export function parseMarkdown(source: string): ParsedPage[] {
  const root = fromMarkdown(source.replace(FRONT_MATTER, ''), { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node;
  const writer = new SectionWriter();
  for (const node of root.children ?? []) {
    if (node.type === 'heading') writer.heading(node.depth ?? 1, inline(node));
    else writer.block(block(node));
  }
  return [writer.page()];
}

function block(node: Node): string {
  switch (node.type) {
    case 'code':
      return node.value ?? '';
    case 'list':
      return (node.children ?? []).map((item, i) => `${node.ordered ? `${(node.start ?? 1) + i}.` : '-'} ${blocks(item, '\n')}`).join('\n');
    case 'table':
      return (node.children ?? []).map((row) => (row.children ?? []).map(inline).join(' | ')).join('\n');
    case 'blockquote':
    case 'footnoteDefinition':
      return blocks(node, '\n\n');
    case 'html':
    case 'definition':
    case 'thematicBreak':
      return '';
    default:
      return inline(node);
  }
}

function blocks(node: Node, between: string): string {
  return (node.children ?? []).map(block).filter((text) => text !== '').join(between);
}

function inline(node: Node): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'html') return '';
  if (node.type === 'image') return node.alt ?? '';
  if (node.children) return node.children.map(inline).join('');
  // A line's end within a paragraph is white space.
  return node.type === 'text' ? (node.value ?? '').replace(/\s*\n\s*/g, ' ') : (node.value ?? '');
}
