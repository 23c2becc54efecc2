import type { ArtifactView } from '#contracts';
import { artifactBlocks, type Block } from './artifact-blocks.js';

const STYLE = 'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}th,td{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top}';
/** Nothing in a page that is made of other people's documents may run or be fetched. */
export const HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** An artifact as a page of HTML that needs nothing beside itself; all that comes from documents is text. */
export function artifactHtml(a: ArtifactView): string {
  return `<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>${escaped(a.title)}</title><style>${STYLE}</style></head>\n<body>\n${artifactBlocks(a).map(blockHtml).join('\n')}\n</body>\n</html>\n`;
}

function blockHtml(b: Block): string {
  switch (b.kind) {
    case 'heading': return `<h${b.level}>${escaped(b.text)}</h${b.level}>`;
    case 'paragraph': return b.text.split(/\n{2,}/).map((p) => `<p>${escaped(p).replace(/\n/g, '<br>')}</p>`).join('\n');
    case 'list': return `<ul>\n${b.items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`;
    case 'table': return `<table>\n<thead>${row(b.head, 'th')}</thead>\n<tbody>\n${b.rows.map((r) => row(r, 'td')).join('\n')}\n</tbody>\n</table>`;
  }
}

const row = (cells: string[], tag: string): string => `<tr>${cells.map((c) => `<${tag}>${escaped(c)}</${tag}>`).join('')}</tr>`;
const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => MARKS[c]!);
