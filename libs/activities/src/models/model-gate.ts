import { type ChatRequest, type ChatResult, type DoctorReport, HoldfastError, type ModelRef, type ModelRole, type Route } from '#contracts';
import { Availability, type ChatOptions, createContextSizer, createRouter, limitsFor, pickAuto, readMachine, type Router, type Runtime, SharedSlots, tokensNeeded, withFindings } from '#models';
import { RefusedCalls } from '../run/refused-calls.js';
import { createSpeedBook, type SpeedBook } from './speed-book.js';

/** What a process knows of the runtimes in front of which it stands. */
export type ModelGate = {
  router: Router;
  runtimes: ReadonlyMap<string, Runtime>;
  /** Requests that each runtime works on at once. */
  slots: ReadonlyMap<string, number>;
  /** What `model: "auto"` means now: the best model that the default runtime has. @throws HoldfastError `model_missing` */
  pickAuto(): Promise<string>;
  /** Whether calls are refused because the runtime was down when it was last asked. */
  isPaused(runtimeId: string): boolean;
  /** Asks a runtime that was down, where that is due. @throws HoldfastError `runtime_unavailable`, `runtime_stalled` while it is. */
  assertUp(runtimeId: string): Promise<void>;
  /** Calls that were refused because their runtime is down, and come again. */
  refused: RefusedCalls;
  /** One call through the gate: a slot, the context length that it needs, limits by measured speed. Refused at once while the runtime is down. */
  chat(route: Route, request: ChatRequest, options: GatedOptions): Promise<ChatResult>;
};

/** `yields`: the call is ended, with a failure that says so, when another one waits for its slot. */
export type GatedOptions = ChatOptions & { tenantId: string; priority: number; yields?: boolean };

export type ModelGateOptions = {
  runtimes: ReadonlyMap<string, Runtime>;
  slots: ReadonlyMap<string, number>;
  roles: Readonly<Record<ModelRole, readonly ModelRef[]>>;
  defaultRuntimeId: string;
  findingsOf?: (runtimeId: string, model: string) => Pick<DoctorReport, 'off' | 'toolMode'> | null;
  speeds?: SpeedBook;
  /** How long a call may be silent; by measured speed where not given. */
  limitsOf?: typeof limitsFor;
};

/** Tokens of an answer where the request sets no limit. */
const ANSWER_TOKENS = 1_024;
const FAILURES = new Set(['runtime_unavailable', 'runtime_protocol', 'runtime_stalled', 'model_missing', 'model_unreadable']);

/** Whether another runtime may do better with the same call. */
export const isRuntimeFailure = (error: unknown): boolean => error instanceof HoldfastError && FAILURES.has(error.code);

export function createModelGate(options: ModelGateOptions): ModelGate {
  const { runtimes, findingsOf = () => null, speeds = createSpeedBook(), limitsOf = limitsFor } = options;
  const router = createRouter({ roles: options.roles, runtimeIds: [...runtimes.keys()], defaultRuntimeId: options.defaultRuntimeId });
  const adapted = new Map([...runtimes].map(([id, runtime]) => [id, withFindings(runtime, (model) => findingsOf(id, model))]));
  const slots = new Map([...runtimes.keys()].map((id) => [id, new SharedSlots(options.slots.get(id) ?? 1)]));
  const availability = new Map([...runtimes].map(([id, runtime]) => [id, new Availability(() => runtime.version())]));
  const contextFor = createContextSizer();

  async function chat(route: Route, request: ChatRequest, { tenantId, priority, yields = false, ...rest }: GatedOptions): Promise<ChatResult> {
    const runtime = adapted.get(route.runtimeId);
    if (!runtime) throw new HoldfastError('runtime_unavailable', `No runtime ${route.runtimeId} is configured at this gate.`);
    const available = availability.get(route.runtimeId)!;
    await available.assertUp();
    const { prompt, all } = tokensNeeded(request, ANSWER_TOKENS);
    const contextTokens = contextFor(`${route.runtimeId}/${route.model}`, all, request.contextTokens);
    const speed = await speeds.read(tenantId, route);
    const limits = limitsOf({ promptTokens: prompt, maxTokens: request.sampling.maxTokens ?? ANSWER_TOKENS, heldBack: Boolean(request.tools?.length) }, speed);
    const work = (signal: AbortSignal): Promise<ChatResult> => runtime.chat({ ...request, model: route.model, contextTokens }, { limits, ...rest, signal });
    try {
      const wish = { model: route.model, priority, signal: rest.signal, gone: available.gone, yields };
      const result = await slots.get(route.runtimeId)!.use(wish, work, ({ timing }) => timing?.loadMs);
      router.note(route.runtimeId, 'answered');
      speeds.note(tenantId, route, result);
      return result;
    } catch (error) {
      if (isRuntimeFailure(error)) router.note(route.runtimeId, 'failed');
      void available.doubt(error);
      throw error;
    }
  }

  async function auto(): Promise<string> {
    const [machine, installed] = await Promise.all([readMachine(), runtimes.get(options.defaultRuntimeId)!.models()]);
    const picked = pickAuto(machine, installed);
    if ('missing' in picked) throw new HoldfastError('model_missing', picked.missing);
    return picked.model;
  }

  const isPaused = (runtimeId: string): boolean => availability.get(runtimeId)?.isDown ?? false;
  const assertUp = async (runtimeId: string): Promise<void> => availability.get(runtimeId)?.assertUp();
  return { router, runtimes, slots: options.slots, pickAuto: auto, isPaused, assertUp, refused: new RefusedCalls(), chat };
}

/** A gate in front of one runtime, as tests have it. */
export function soleGate(runtime: Runtime, model: string, slots = 4, more: Partial<ModelGateOptions> = {}): ModelGate {
  const main = [{ runtimeId: runtime.id, model }];
  return createModelGate({ runtimes: new Map([[runtime.id, runtime]]), slots: new Map([[runtime.id, slots]]), roles: { fast: main, main, large: main, judge: main, vision: main, embed: main }, defaultRuntimeId: runtime.id, ...more });
}
