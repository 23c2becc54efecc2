import pg from 'pg';
import utils from 'pg/lib/utils.js';
import type { Tx } from './pool.js';

type Field = { name: string; dataTypeID: number };
type Column = { name: string; parse(text: string): unknown };
type Answer = { rows: Record<string, unknown>[]; rowCount: number | null; command: string };
type Statement = { name: string; text: string; values: unknown[]; answer: Answer; resolve(answer: Answer): void; reject(error: Error): void };

/** What of pg's connection a query writes to (its `Submittable`), as far as it is used here. */
type Wire = {
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
  stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: unknown[] }): void;
  describe(what: { type: 'P' }): void;
  execute(portal: object): void;
  sync(): void;
};

/** A statement as `query` takes it; one without a name is planned each time. */
export type FlightStatement = string | { name?: string; text: string; values?: unknown[] };

/** By statement text: what its rows hold, so that the server need not say it each time. */
const columnsOf = new Map<string, Column[]>();
/** Statements without a name are no fixed set. */
const MAX_KNOWN = 1_000;

// pg lets only its own queries on a connection that is pipelined. One that is answered as a whole may stand among them.
const Query = pg.Query as unknown as new (text: string) => object;

/**
 * Statements that go out as one message and are answered together: the server is woken once, says what rows look like
 * once, and skips what follows a statement that failed. A query of its own to pg: fill it with `add`, then hand it to
 * `client.query`.
 */
export class Flight extends Query {
  readonly #statements: Statement[] = [];
  #at = 0;

  constructor() {
    super('flight');
    // pg notes for the query at work which named statement the server has parsed; here that is the one whose turn it is.
    Object.defineProperties(this, {
      name: { get: () => this.#statements[this.#at]?.name },
      text: { get: () => this.#statements[this.#at]?.text },
    });
  }

  add(statement: FlightStatement, values: unknown[] = []): Promise<Answer> {
    const { name = '', text, values: given = values } = typeof statement === 'string' ? { text: statement } : statement;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#statements.push({ name, text, values: given, answer: { rows: [], rowCount: null, command: '' }, resolve, reject });
    });
    // One whose failure nobody looks at fails the COMMIT behind it.
    answered.catch(() => undefined);
    return answered;
  }

  submit(wire: Wire): Error | null {
    let values: unknown[][];
    try {
      values = this.#statements.map((s) => s.values.map((value) => utils.prepareValue(value)));
    } catch (error) {
      return error as Error;
    }
    wire.stream.cork();
    this.#statements.forEach((s, i) => {
      const known = s.name !== '' && (wire.parsedStatements[s.name] ?? wire.submittedNamedStatements[s.name]) === s.text;
      if (!known) wire.parse(s);
      if (!known && s.name) wire.submittedNamedStatements[s.name] = s.text;
      wire.bind({ statement: s.name, values: values[i]! });
      if (!columnsOf.has(s.text)) wire.describe({ type: 'P' });
      wire.execute({});
    });
    wire.sync();
    wire.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#learn(fields.map((f) => ({ name: f.name, parse: pg.types.getTypeParser(f.dataTypeID, 'text') as Column['parse'] })));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const { text, answer } = this.#statements[this.#at]!;
    const columns = columnsOf.get(text)!;
    answer.rows.push(Object.fromEntries(fields.map((value, i) => [columns[i]!.name, value === null ? null : columns[i]!.parse(value)])));
  }

  handleCommandComplete({ text }: { text: string }): void {
    const { answer, resolve, text: asked } = this.#statements[this.#at]!;
    if (!columnsOf.has(asked)) this.#learn([]);
    const [command = '', ...counts] = text.split(' ');
    answer.command = command;
    answer.rowCount = counts.length ? Number(counts.at(-1)) : null;
    this.#at++;
    resolve(answer);
  }

  handleError(error: Error, wire: Wire): void {
    const unanswered = this.#statements.slice(this.#at);
    for (const { name } of unanswered.slice(1)) delete wire.submittedNamedStatements[name];
    for (const { reject } of unanswered) reject(error);
    this.#at = this.#statements.length;
  }

  handleReadyForQuery(): void {}
  handleEmptyQuery(): void {}

  #learn(columns: Column[]): void {
    if (columnsOf.size >= MAX_KNOWN) columnsOf.delete(columnsOf.keys().next().value!);
    columnsOf.set(this.#statements[this.#at]!.text, columns);
  }
}

/** The connection as those see it who fill a flight: its statements go into it, and none after it has left. */
export function recorder(tx: Tx, flight: Flight, left: () => boolean): Tx {
  return new Proxy(tx, {
    get(target, name) {
      if (left()) throw new Error('a statement was sent after its transaction’s COMMIT');
      if (name === 'query') return flight.add.bind(flight);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
