/** GBNF text of a literal: the characters of `text` as they are. */
export function literal(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
  return `"${escaped}"`;
}

/** GBNF text of a JSON value written without spaces. */
export function jsonLiteral(value: unknown): string {
  return literal(JSON.stringify(value));
}

/** Rules that every grammar may refer to. `\u` escapes are left out: they admit lone surrogates and NUL, which Postgres refuses. */
const SHARED: Record<string, string> = {
  sep: '"," " "?',
  colon: '":" " "?',
  char: '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" ["\\\\/bfnrt]',
  string: '"\\"" char* "\\""',
  natural: '"0" | [1-9] [0-9]{0,14}',
  // More decimals only invite a small model to go on writing them.
  fraction: '"." [0-9]{1,6}',
  integer: '"-"? natural',
  number: '"-"? natural fraction? ([eE] [-+]? [0-9]{1,2})?',
  boolean: '"true" | "false"',
  null: '"null"',
  value: 'object | array | string | number | boolean | null',
  object: '"{" (string colon value (sep string colon value)*)? "}"',
  array: '"[" (value (sep value)*)? "]"',
};

/** Collects the rules of one grammar. Only rules that are referred to are written. */
export class Rules {
  readonly #rules = new Map<string, string>();
  readonly #byBody = new Map<string, string>();

  /** A rule for `body`: the same rule for the same body. Answers its name. */
  add(body: string): string {
    const known = this.#byBody.get(body);
    if (known) return known;
    const name = this.reserve();
    this.define(name, body);
    this.#byBody.set(body, name);
    return name;
  }

  /** A name whose body comes later, for rules that refer to themselves. */
  reserve(): string {
    const name = `r${this.#rules.size}`;
    this.#rules.set(name, '');
    return name;
  }

  define(name: string, body: string): void {
    this.#rules.set(name, body);
  }

  /** The whole grammar with `root` as its start. */
  write(root: string): string {
    const lines = [`root ::= ${root}`, ...[...this.#rules].map(([name, body]) => `${name} ::= ${body}`)];
    const shared = new Set<string>();
    for (const line of lines) collectShared(line, shared);
    return [...lines, ...[...shared].map((name) => `${name} ::= ${SHARED[name]}`)].join('\n');
  }
}

function collectShared(body: string, into: Set<string>): void {
  const bare = body.replace(/"(\\.|[^"\\])*"/g, ' ').replace(/\[(\\.|[^\]\\])*\]/g, ' ');
  for (const [name] of bare.matchAll(/[a-z]+\b/g)) {
    if (!(name in SHARED) || into.has(name)) continue;
    into.add(name);
    collectShared(SHARED[name]!, into);
  }
}
