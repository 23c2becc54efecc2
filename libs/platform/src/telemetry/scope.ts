import { AsyncLocalStorage } from 'node:async_hooks';
import type { ActiveSpan } from './tracing.js';

/** What is at work: the ids that its log lines carry, and its span where it is traced. */
export type Scope = {
  readonly log: Readonly<Record<string, string | number>>;
  readonly span?: ActiveSpan;
  /** When a call came to its gate, as `performance.now()` has it. */
  readonly cameAt?: number;
};

const scopes = new AsyncLocalStorage<Scope>();

export const currentScope = (): Scope | undefined => scopes.getStore();
export const inScope = <T>(scope: Scope, fn: () => T): T => scopes.run(scope, fn);

/** The fields by which log lines and spans find each other. */
export const logFields = (span: Pick<ActiveSpan, 'traceId' | 'spanId'> | undefined): Record<string, string> => (span ? { traceId: span.traceId, spanId: span.spanId } : {});
