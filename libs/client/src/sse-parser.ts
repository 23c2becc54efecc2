export type SseMessage = { id: string | null; event: string; data: string };

/** Takes a stream of server-sent events apart (WHATWG HTML, 9.2.6), however its text was cut; comments are dropped. */
export class SseParser {
  private rest = '';

  /** @returns the messages that `text` completes */
  push(text: string): SseMessage[] {
    // A carriage return at the end may be the first half of a line's end.
    const all = this.rest + text;
    const held = all.endsWith('\r') ? 1 : 0;
    const blocks = all.slice(0, all.length - held).replace(/\r\n?/g, '\n').split('\n\n');
    this.rest = blocks.pop()! + (held ? '\r' : '');
    return blocks.flatMap((block) => parseBlock(block));
  }
}

function parseBlock(block: string): SseMessage[] {
  const message = { id: null as string | null, event: 'message', data: [] as string[] };
  for (const line of block.split('\n')) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
    if (name === 'id') message.id = value!;
    if (name === 'event') message.event = value!;
    if (name === 'data') message.data.push(value!);
  }
  return message.data.length === 0 ? [] : [{ ...message, data: message.data.join('\n') }];
}
