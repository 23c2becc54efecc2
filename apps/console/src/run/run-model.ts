import type { DriftReport, RunEvent, RunView, Steering, StepView, StreamItem } from '#client';

/** Text of the step that is being taken, as it comes. */
export type OpenStep = { step: number; attempt: number; text: string; thinking: string };
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'ended';
/** What an event makes necessary to read anew. */
export type Wanted = { step?: number; run?: boolean; approvals?: boolean; artifacts?: boolean };

const NOTHING: Wanted = {};

/**
 * What is known of one run: its steps in the order of their numbers, and the open step's text. Fed by pages of steps and
 * by the stream; whoever shows it asks for `version`, which grows with every change.
 */
export class RunModel {
  readonly steps: StepView[] = [];
  open: OpenStep | null = null;
  connection: Connection = 'connecting';
  /** Whether all steps that there were at the beginning have been read. */
  complete = false;
  version = 0;
  /** Number of the last event that was taken. */
  lastSeq: number;
  private readonly index = new Map<number, number>();
  private readonly readers = new Set<() => void>();

  constructor(public run: RunView) {
    this.lastSeq = run.lastEvent;
  }

  readonly subscribe = (reader: () => void): (() => void) => {
    this.readers.add(reader);
    return () => void this.readers.delete(reader);
  };

  changed(): void {
    this.version++;
    for (const reader of this.readers) reader();
  }

  step(n: number): StepView | undefined {
    const at = this.index.get(n);
    return at === undefined ? undefined : this.steps[at];
  }

  /** What was read of a step takes the place of what was known of it. */
  put(step: StepView): void {
    const at = this.index.get(step.step);
    if (at !== undefined) this.steps[at] = step;
    else this.insert(step);
  }

  private insert(step: StepView): void {
    let at = this.steps.length;
    while (at > 0 && this.steps[at - 1]!.step > step.step) at--;
    this.steps.splice(at, 0, step);
    for (let i = at; i < this.steps.length; i++) this.index.set(this.steps[i]!.step, i);
  }

  setRun(run: RunView): void {
    if (run.lastEvent >= this.run.lastEvent) this.run = run;
  }

  /** Takes an item of the stream. */
  take(item: StreamItem): Wanted {
    if (item.kind === 'event') return this.takeEvent(item.event);
    if (item.kind === 'reset') {
      this.open = { step: item.step, attempt: item.attempt, text: '', thinking: '' };
      return NOTHING;
    }
    const { step, attempt, type, text } = item.part;
    if (this.open?.step !== step || this.open.attempt !== attempt) this.open = { step, attempt, text: '', thinking: '' };
    if (type === 'thinking.delta') this.open = { ...this.open, thinking: this.open.thinking + text };
    else this.open = { ...this.open, text: this.open.text + text };
    return NOTHING;
  }

  private takeEvent(event: RunEvent): Wanted {
    this.lastSeq = Math.max(this.lastSeq, event.seq);
    const { type, step, data } = event;
    switch (type) {
      case 'step.started':
        if (!this.step(step!)) this.put(opened(step!, Number(data['parent'] ?? step! - 1), event.at));
        this.open = { step: step!, attempt: event.attempt ?? 1, text: '', thinking: '' };
        return { run: true };
      case 'step.attempt_reset':
        this.open = { step: step!, attempt: event.attempt ?? 1, text: '', thinking: '' };
        return NOTHING;
      case 'tool.called':
        this.change(step, (known) => ({ ...known, calls: [...known.calls.filter(({ call }) => call !== data['call']), callOf(event, 'running')] }));
        return NOTHING;
      case 'tool.finished':
        this.change(step, (known) => ({ ...known, calls: [...known.calls.filter(({ call }) => call !== data['call']), { ...callOf(event, data['error'] ? 'failed' : 'done'), ms: Number(data['ms'] ?? 0) }] }));
        return NOTHING;
      case 'drift.report':
        this.change(step, (known) => ({ ...known, drift: known.drift ?? ({ step: step!, hard: false, reasons: [], ...(data as unknown as Pick<DriftReport, 'verdict' | 'overthinking' | 'overacting'>) }) }));
        return NOTHING;
      case 'steering.applied':
        this.change(step, (known) => ({ ...known, steering: known.steering ?? ({ step: Number(data['report'] ?? step), reasons: [], holdout: false, verdict: 'ok', ...data } as unknown as Steering) }));
        return { step: step ?? undefined, run: true };
      case 'checkpoint.saved':
        if (this.open && this.open.step <= (step ?? 0)) this.open = null;
        return { step: step ?? undefined, run: true };
      case 'approval.requested':
      case 'approval.decided':
        return { approvals: true, run: true };
      case 'artifact.created':
        return { artifacts: true, run: true };
      default:
        return { run: true };
    }
  }

  private change(n: number | null, how: (step: StepView) => StepView): void {
    const known = n === null ? undefined : this.step(n);
    if (known) this.put(how(known));
  }

  /** Numbers of the steps on the way from the start to the head: what was not rewound. */
  branch(): Set<number> {
    const on = new Set<number>();
    const last = this.steps.findLast(({ state }) => state === 'open')?.step ?? this.run.head.step;
    for (let step = this.step(Math.max(last, this.run.head.step)); step; step = this.step(step.parent)) on.add(step.step);
    return on;
  }
}

function opened(step: number, parent: number, at: string): StepView {
  return { step, parent, state: 'open', attempts: 1, model: null, route: null, promptTokens: 0, outputTokens: 0, thinkingTokens: 0, calls: [], drift: null, steering: null, startedAt: at, endedAt: null };
}

function callOf({ attempt, data }: RunEvent, state: string): StepView['calls'][number] {
  return { call: Number(data['call'] ?? 0), attempt: attempt ?? 1, tool: String(data['tool']), effect: '', state, failure: null, deliveries: 1, ms: null };
}
