import { readGemma4Turn } from '#models/gemma4';
import { Fault } from '../fault.js';
import type { ReplyEnd, ReplyPart, ReplyReader } from './reply-reader.js';

const CHANNEL = '<|channel>';
const CHANNEL_END = '<channel|>';
const CALL = '<|tool_call>';
const LABEL = /^(?:thought|analysis)?\n/;
const LONGEST_LABEL = 'analysis\n'.length;

/** Takes Gemma 4's turn apart while it is written: thoughts, words, and calls, which come whole at the end. */
export class Gemma4Reply implements ReplyReader {
  readonly #tools: readonly string[];
  readonly #content = new TrimmedText();
  #thinking = new TrimmedText();
  #raw = '';
  #pending = '';
  #in: 'words' | 'label' | 'thought' | 'call' = 'words';

  constructor(tools: readonly string[]) {
    this.#tools = tools;
  }

  push(text: string): ReplyPart[] {
    this.#raw += text;
    this.#pending += text;
    const parts: ReplyPart[] = [];
    while (this.#advance(parts));
    return parts.filter((part) => part.text !== '');
  }

  /** @throws Fault where the model wrote a call that can't be read */
  end(): ReplyEnd {
    const parts: ReplyPart[] = this.#in === 'words' ? [this.#words(this.#pending)] : this.#in === 'call' ? [] : [this.#thought(this.#pending.replace(LABEL, ''))];
    if (this.#in !== 'call') return { parts: parts.filter((part) => part.text !== ''), calls: [] };
    const { toolCalls, broken } = readGemma4Turn(this.#raw, this.#tools);
    if (broken || toolCalls.length === 0) throw new Fault(500, 'error parsing tool call: the model did not finish it in its own form');
    return { parts: [], calls: toolCalls.map(({ name, args }) => ({ function: { name, arguments: args } })) };
  }

  /** Takes what is certain off `pending`; true where there may be more. */
  #advance(parts: ReplyPart[]): boolean {
    if (this.#in === 'call') return false;
    if (this.#in === 'label') {
      if (this.#pending.length < LONGEST_LABEL && !/\n|<channel\|>/.test(this.#pending)) return false;
      this.#pending = this.#pending.replace(LABEL, '');
      this.#in = 'thought';
      return true;
    }
    const markers = this.#in === 'words' ? [CHANNEL, CALL] : [CHANNEL_END];
    const at = markers.map((marker) => ({ marker, index: this.#pending.indexOf(marker) })).filter(({ index }) => index >= 0).sort((a, b) => a.index - b.index)[0];
    const sure = at ? at.index : this.#pending.length - markerStart(this.#pending, markers);
    parts.push(this.#in === 'words' ? this.#words(this.#pending.slice(0, sure)) : this.#thought(this.#pending.slice(0, sure)));
    this.#pending = this.#pending.slice(sure + (at?.marker.length ?? 0));
    if (!at) return false;
    if (at.marker === CHANNEL_END) this.#thinking = new TrimmedText();
    this.#in = at.marker === CALL ? 'call' : at.marker === CHANNEL ? 'label' : 'words';
    return true;
  }

  #words = (text: string): ReplyPart => ({ kind: 'content', text: this.#content.push(text) });
  #thought = (text: string): ReplyPart => ({ kind: 'thinking', text: this.#thinking.push(text) });
}

/** Length of the longest end of `text` that a marker starts with. */
function markerStart(text: string, markers: readonly string[]): number {
  for (let length = Math.min(CHANNEL_END.length + 2, text.length); length > 0; length -= 1) {
    if (markers.some((marker) => marker.startsWith(text.slice(-length)))) return length;
  }
  return 0;
}

/** Text without the blanks around it, piece by piece: blanks are told once something follows. */
class TrimmedText {
  #started = false;
  #blanks = '';

  push(text: string): string {
    const all = this.#blanks + text;
    const from = this.#started ? all : all.trimStart();
    const words = from.trimEnd();
    this.#blanks = from.slice(words.length);
    this.#started ||= words !== '';
    return words;
  }
}
