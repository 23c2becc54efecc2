import { v7 as uuidv7 } from 'uuid';
import { LOCAL_PRINCIPAL, LOCAL_TENANT, type NewEvent, type RunRef, type RunStatus } from '#contracts';
import { appendEvents, closeStep, createNotifier, dropChunks, endRun, finishEffect, insertArtifact, insertMessages, insertRootCheckpoint, insertRun, type NewRun, openAttempt, type Pool, putContents, recordTurn, setResult, startRun, type Tx, withTx, writeChunk } from '#store';

/** Writes what a worker would write, through the same functions, for specs that need no worker. */
export class RunRows {
  readonly notifier;
  constructor(readonly pool: Pool) {
    this.notifier = createNotifier(pool);
  }

  tx<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    return withTx(this.pool, LOCAL_TENANT, fn);
  }

  async run(more: Partial<NewRun> = {}): Promise<RunRef> {
    const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
    await this.tx((tx) => insertRun(tx, { ...ref, principalId: LOCAL_PRINCIPAL, agent: 'echo', agentVersion: '1', input: { text: 'hi', times: 1 }, priority: 'interactive', tags: [], limits: { maxSteps: 10, maxTokens: 1_000, maxSeconds: 600 }, sampling: {}, ...more }));
    return ref;
  }

  async start(ref: RunRef): Promise<void> {
    await this.tx(async (tx) => {
      await startRun(tx, ref, { model: 'gemma', runtimeId: 'test' });
      const [hash] = await putContents(tx, ref.tenantId, ['{"done":0}']);
      await insertRootCheckpoint(tx, ref, hash!);
      await appendEvents(tx, ref, [{ type: 'run.started' }, { type: 'status.changed', data: { status: 'running' } }]);
    });
  }

  async status(ref: RunRef, status: RunStatus): Promise<void> {
    await this.tx((tx) => tx.query('update runs set status = $3 where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId, status]));
  }

  async end(ref: RunRef, status: RunStatus): Promise<void> {
    await this.tx((tx) => endRun(tx, ref, { status, reason: null }));
    this.notifier.announce(ref.runId, 0);
  }

  async event(ref: RunRef, ...events: NewEvent[]): Promise<number> {
    const { lastSeq } = await this.tx((tx) => appendEvents(tx, ref, events));
    this.notifier.announce(ref.runId, lastSeq);
    return lastSeq;
  }

  async say(ref: RunRef, at: { step: number; attempt: number; delivery: number; n: number }, body: string): Promise<void> {
    const key = { ...ref, step: at.step, attempt: at.attempt };
    // Text is taken of an open attempt only.
    await this.tx((tx) => openAttempt(tx, key, at.step - 1, null));
    await writeChunk(this.pool, key, at.delivery, { n: at.n, kind: 'text.delta', body });
    this.notifier.announce(ref.runId, 0);
  }

  /** A whole step: a model's turn with one tool call, and the checkpoint. */
  async step(ref: RunRef, step: number, parent: number): Promise<void> {
    const key = { ...ref, step, attempt: 1 };
    const partial = { text: [], promptTokens: 10, outputTokens: 5, thinkingTokens: 1, contextLimit: 8_192, malformed: false, degenerate: false, calls: [] };
    const { lastSeq } = await this.tx(async (tx) => {
      await appendEvents(tx, ref, [{ type: 'step.started', step, attempt: 1, data: { parent } }]);
      await openAttempt(tx, key, parent, null);
      await insertMessages(tx, key, [
        { ordinal: 0, message: { role: 'assistant', content: `turn ${step}`, toolCalls: [{ name: 'say', args: { text: 'x' } }] }, tokens: 5 },
        { ordinal: 1, message: { role: 'tool', content: `answer ${step}`, toolName: 'say' }, tokens: 5 },
      ]);
      await recordTurn(tx, key, { tokens: { prompt: 10, output: 5, thinking: 1 }, calls: 1, malformed: false, digest: partial, route: { runtimeId: 'scripted', model: 'scripted', reason: 'first_choice' } });
      await finishEffect(tx, { ...key, call: 0 }, { tool: 'say', effect: 'read', state: 'done', outcome: { result: { kind: 'done', unread: 0 } }, ms: 12 });
      const [stateHash] = await putContents(tx, ref.tenantId, [`{"done":${step}}`]);
      await closeStep(tx, key, {
        parent,
        digest: { step, attempts: 1, ...partial, state: 's', finished: false },
        report: { step, overthinking: 0.25, overacting: 0.5, verdict: 'suspect', hard: false, reasons: [{ signal: 'exactRepeat', value: 1, steps: [step] }] },
        driftState: { overthinking: 0.25, overacting: 0.5, stepsSinceProgress: 0, thinkingBaseline: [1, 1], sustained: 0 },
        stateHash: stateHash!,
        worldVersion: null,
        workspaceCommit: null,
      });
      await dropChunks(tx, key);
      return appendEvents(tx, ref, [{ type: 'checkpoint.saved', step, attempt: 1 }]);
    });
    this.notifier.announce(ref.runId, lastSeq);
  }

  async result(ref: RunRef, artifactId: string): Promise<void> {
    await this.tx(async (tx) => {
      await setResult(tx, ref, { text: 'said' });
      await insertArtifact(tx, ref, { artifactId, step: 1, kind: 'answer', title: 'An answer', content: { answer: 'said' }, evidence: [{ claim: 0, passageId: 'p', documentId: 'd', documentName: 'a.pdf', page: 1, quote: 'said', span: [0, 4], verified: true }], verified: true });
    });
  }
}
