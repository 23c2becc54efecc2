import type { StepView } from '#client';
import { api, queryClient } from '../api.js';
import { RunModel, type Wanted } from './run-model.js';

const PAGE = 200;
/** A burst of events is one look at the run. */
const GATHER_MS = 200;

/**
 * Fills a model with all that a run was and follows it to its end: pages of steps first, then the stream from where the
 * run was when it was read. @returns once the run has ended; throws what the client throws
 */
export async function followRun(id: string, signal: AbortSignal, show: (model: RunModel) => void): Promise<void> {
  const model = new RunModel(await api.getRun({ path: { id }, signal }));
  show(model);
  const history = readSteps(model, id, signal);
  const reader = new Rereader(model, id, signal);
  await Promise.all([history, readStream(model, id, signal, reader)]);
  await reader.done();
}

async function readSteps(model: RunModel, id: string, signal: AbortSignal): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await api.listSteps({ path: { id }, query: { limit: PAGE, cursor }, signal });
    for (const step of page.data) if (step.state !== 'open' || !model.step(step.step)) model.put(step);
    cursor = page.nextCursor ?? undefined;
    model.changed();
  } while (cursor);
  model.complete = true;
  model.changed();
}

async function readStream(model: RunModel, id: string, signal: AbortSignal, reader: Rereader): Promise<void> {
  const frame = new Frames(() => model.changed());
  try {
    model.connection = 'live';
    const items = api.events(id, {
      after: model.lastSeq,
      signal,
      onReconnect: () => {
        model.connection = 'reconnecting';
        model.changed();
      },
    });
    for await (const item of items) {
      model.connection = 'live';
      reader.want(model.take(item));
      frame.ask();
    }
    model.connection = 'ended';
    model.open = null;
    reader.want({ run: true, artifacts: true, approvals: true });
    model.changed();
  } finally {
    frame.stop();
  }
}

/** Many changes in one frame are shown once. */
class Frames {
  private handle: ReturnType<typeof setTimeout> | undefined;
  constructor(private readonly show: () => void) {}
  ask(): void {
    this.handle ??= setTimeout(() => {
      this.handle = undefined;
      this.show();
    }, 50);
  }
  stop(): void {
    clearTimeout(this.handle);
  }
}

/** Reads what events only hint at: the run's row, steps that were closed, what waits for a person, what was delivered. */
class Rereader {
  private readonly steps = new Set<number>();
  private run = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly model: RunModel,
    private readonly id: string,
    private readonly signal: AbortSignal,
  ) {}

  want({ step, run, approvals, artifacts }: Wanted): void {
    if (step) this.steps.add(step);
    if (run) this.run = true;
    if (approvals) void queryClient.invalidateQueries({ queryKey: ['approvals', this.id] });
    if (artifacts) void queryClient.invalidateQueries({ queryKey: ['artifacts', this.id] });
    if (!this.run && this.steps.size === 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.work = this.work.then(() => this.read()).catch(() => undefined);
    }, GATHER_MS);
  }

  async done(): Promise<void> {
    clearTimeout(this.timer);
    await this.work;
    await this.read();
  }

  private async read(): Promise<void> {
    const numbers = [...this.steps];
    this.steps.clear();
    const wantsRun = this.run;
    this.run = false;
    const { signal } = this;
    const [run, ...steps] = await Promise.all([wantsRun ? api.getRun({ path: { id: this.id }, signal }) : null, ...numbers.map((n): Promise<StepView> => api.getStep({ path: { id: this.id, n }, signal }))]);
    if (run) this.model.setRun(run);
    for (const step of steps) this.model.put(step);
    this.model.changed();
  }
}
