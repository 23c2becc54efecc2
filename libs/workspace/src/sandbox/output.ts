/** Keeps the beginning and the end of a stream in fixed memory. */
export class OutputWindow {
  #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  bytes = 0;

  /** `keep`: bytes of each end. */
  constructor(private readonly keep: number) {}

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    const forHead = chunk.subarray(0, this.keep - this.#headBytes);
    if (forHead.length) {
      this.#head.push(forHead);
      this.#headBytes += forHead.length;
    }
    const rest = chunk.subarray(forHead.length);
    if (!rest.length) return;
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    while (this.#tail.length > 1 && this.#tailBytes - this.#tail[0]!.length >= this.keep) this.#tailBytes -= this.#tail.shift()!.length;
  }

  text(): string {
    const tail = Buffer.concat(this.#tail);
    const end = tail.subarray(Math.max(0, tail.length - this.keep));
    const omitted = this.bytes - this.#headBytes - end.length;
    const join = omitted > 0 ? `\n… ${omitted} bytes left out …\n` : '';
    return printable(Buffer.concat(this.#head).toString('utf8') + join + end.toString('utf8'));
  }
}

/** Without colours and cursor movements, which cost tokens, and without NUL, which Postgres refuses. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*\u0007/g, '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '�').replace(/\r\n/g, '\n');
}
