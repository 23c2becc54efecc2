import type { ArtifactView } from '#contracts';
import { artifactBlocks, type Block, oneLine } from './artifact-blocks.js';

/** An artifact as Markdown. */
export function artifactMarkdown(a: ArtifactView): string {
  return `${artifactBlocks(a).map(blockMarkdown).join('\n\n').replace(/\n{3,}/g, '\n\n').trim()}\n`;
}

function blockMarkdown(b: Block): string {
  switch (b.kind) {
    case 'heading': return `${'#'.repeat(b.level)} ${b.text}`;
    case 'paragraph': return b.text;
    case 'list': return b.items.map((item) => `- ${item}`).join('\n');
    case 'table': return [row(b.head), row(b.head.map(() => '---')), ...b.rows.map(row)].join('\n');
  }
}

const row = (cells: string[]): string => `| ${cells.map((c) => oneLine(c).replace(/\\/g, '\\\\').replace(/\|/g, '\\|')).join(' | ')} |`;
