import type { McpError } from '@modelcontextprotocol/sdk/types.js';
import { answerText, refusalText } from './answer-text.js';
import { NotSent } from './checked-fetch.js';
import { Session, type SessionOptions } from './session.js';

/** Milliseconds after which a connection that nobody uses is closed, and with it the process of a local server. */
const IDLE_MS = 10 * 60_000;
const PING_MS = 3_000;

export type Call = {
  tool: string;
  /** Of the definition that was accepted. */
  digest: string;
  args: Record<string, unknown>;
  meta: Record<string, unknown>;
  timeoutMs: number;
  maxChars: number;
  signal: AbortSignal;
};

export type CallOutcome =
  | { kind: 'answered'; text: string; failed: boolean }
  /** The server refuses the call as such: no such arguments, no such tool. */
  | { kind: 'refused'; text: string }
  /** Not called: the tool is another one than was accepted, or gone. */
  | { kind: 'changed' | 'missing' }
  /** Not called: nobody is there. */
  | { kind: 'unreachable' }
  /** Called, with an unknown end. */
  | { kind: 'late' | 'lost' | 'too_large' };

/** Codes of JSON-RPC errors that the SDK makes itself. */
const TIMED_OUT = -32_001;
const CLOSED = -32_000;

/** A server, connected to when it is first called, and again after it was lost. Calls share its connection. */
export class McpServer {
  private session: Promise<Session> | null = null;
  private idle: NodeJS.Timeout | undefined;
  private calls = 0;

  constructor(
    readonly id: string,
    private readonly options: SessionOptions,
  ) {}

  async call(call: Call): Promise<CallOutcome> {
    this.calls++;
    clearTimeout(this.idle);
    try {
      return await this.attempt(call, true);
    } finally {
      if (--this.calls === 0) this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  /** The definitions of its tools as they are now. @throws NotSent */
  async list(signal: AbortSignal): Promise<Awaited<ReturnType<Session['list']>>> {
    return (await this.connected()).list(signal);
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    const session = await this.session?.catch(() => null);
    await session?.close();
  }

  private async attempt(call: Call, mayReopen: boolean): Promise<CallOutcome> {
    const session = await this.connected().catch(() => null);
    call.signal.throwIfAborted();
    if (!session) return { kind: 'unreachable' };
    let asked = false;
    try {
      const digest = await session.digestOf(call.tool, call.signal);
      if (digest !== call.digest) return { kind: digest === undefined ? 'missing' : 'changed' };
      asked = true;
      const answer = await session.callTool(call.tool, call.args, call.meta, { signal: call.signal, timeout: call.timeoutMs });
      return { kind: 'answered', text: answerText(this.id, answer, call.maxChars), failed: answer.isError === true };
    } catch (error) {
      call.signal.throwIfAborted();
      if (mayReopen && isForgotten(error)) {
        void session.close();
        return this.attempt(call, false);
      }
      return asked ? this.failureOf(error, session, call) : this.unreachable(session);
    }
  }

  private unreachable(session: Session): CallOutcome {
    void session.close();
    return { kind: 'unreachable' };
  }

  private failureOf(error: unknown, session: Session, call: Call): CallOutcome {
    if (session.tooLarge) return { kind: 'too_large' };
    if (error instanceof NotSent || isTurnedAway(error)) return this.unreachable(session);
    const code = (error as Partial<McpError>).code;
    if (code === TIMED_OUT) {
      this.lookAfter(session);
      return { kind: 'late' };
    }
    if (isAnswer(error) && code !== CLOSED) return { kind: 'refused', text: refusalText(this.id, (error as Error).message, Math.min(call.maxChars, 1_000)) };
    void session.close();
    return { kind: 'lost' };
  }

  /** A server that does not even answer a ping hangs: the next call gets another one. */
  private lookAfter(session: Session): void {
    session.client.ping({ timeout: PING_MS }).catch(() => {
      void session.close();
    });
  }

  private connected(): Promise<Session> {
    if (this.session) return this.session;
    const forget = (): void => {
      if (this.session === opening) this.session = null;
    };
    const opening: Promise<Session> = Session.connect(this.options, forget);
    opening.catch(forget);
    return (this.session = opening);
  }
}

/** An error that the server answered with, and not one of the way to it. */
const isAnswer = (error: unknown): boolean => (error as Error).name === 'McpError';
/** By an HTTP status that says so: a key that is wrong, a limit, a place that we do not go to. */
const isTurnedAway = (error: unknown): boolean => {
  const { code = 0 } = error as { code?: number };
  return !isAnswer(error) && code >= 300 && code < 500;
};
/** A server that was started again does not know the session; it has done nothing. */
const isForgotten = (error: unknown): boolean => (error as { code?: number }).code === 404 && !isAnswer(error);
