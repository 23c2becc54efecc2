import { ERROR_CODES, isErrorCode, type RunEvent, type StreamPart } from '#contracts';
import type { StreamView } from './stream-view.js';

type AgUiEvent = { type: string } & Record<string, unknown>;
type At = { step: number; attempt: number };
type Open = { kind: 'text' | 'reasoning'; messageId: string };

/**
 * A run's stream in the events of AG-UI 1.0 (docs.ag-ui.com, @ag-ui/core): a start comes first on each connection,
 * messages and steps are closed before the run is, and what AG-UI has no word for is a CUSTOM event `holdfast.TYPE`.
 * A message's SSE id is the number of the event that it comes of, so a reader goes on as with Holdfast's own.
 */
export class AgUiView implements StreamView {
  private started = false;
  private open: Open | null = null;
  private openStep: string | null = null;
  private readonly calls = new Set<string>();
  /** Resets so far: text that comes again is another message. */
  private resets = 0;

  constructor(private readonly run: { runId: string; threadId: string }) {}

  event(event: RunEvent): string {
    return write([...this.begin(), ...this.told(event)].map((e) => ({ ...e, timestamp: Date.parse(event.at) })), event.seq);
  }

  part({ type, text, ...at }: StreamPart): string {
    if (text === '') return '';
    const kind = type === 'text.delta' ? 'text' : 'reasoning';
    const messageId = `${at.step}.${at.attempt}.${this.resets}${kind === 'text' ? '' : '.reasoning'}`;
    const others = this.open?.messageId === messageId ? [] : [...this.close(), ...this.openMessage(kind, messageId)];
    return write([...this.begin(), ...others, { type: kind === 'text' ? 'TEXT_MESSAGE_CONTENT' : 'REASONING_MESSAGE_CONTENT', messageId, delta: text }]);
  }

  reset(at: At): string {
    return write([...this.begin(), ...this.dropped(at)]);
  }

  private begin(): AgUiEvent[] {
    if (this.started) return [];
    this.started = true;
    return [{ type: 'RUN_STARTED', ...this.run }];
  }

  private told(event: RunEvent): AgUiEvent[] {
    switch (event.type) {
      case 'step.started':
        return [...this.closeStep(), ...this.startStep(`step ${event.step}`)];
      case 'step.attempt_reset':
        return this.dropped({ step: event.step!, attempt: event.attempt! });
      case 'tool.called':
        return [...this.close(), ...this.startCall(callOf(event), String(event.data['tool']))];
      case 'tool.finished':
        return this.finishCall(event);
      case 'checkpoint.saved':
        return [...this.closeStep(), custom(event)];
      case 'run.finished':
        return [...this.closeStep(), this.finish(event)];
      default:
        return [custom(event)];
    }
  }

  private openMessage(kind: Open['kind'], messageId: string): AgUiEvent[] {
    this.open = { kind, messageId };
    if (kind === 'text') return [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }];
    return [{ type: 'REASONING_START', messageId }, { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' }];
  }

  private close(): AgUiEvent[] {
    const open = this.open;
    this.open = null;
    if (!open) return [];
    const { messageId } = open;
    if (open.kind === 'text') return [{ type: 'TEXT_MESSAGE_END', messageId }];
    return [{ type: 'REASONING_MESSAGE_END', messageId }, { type: 'REASONING_END', messageId }];
  }

  private startStep(stepName: string): AgUiEvent[] {
    this.openStep = stepName;
    return [{ type: 'STEP_STARTED', stepName }];
  }

  private closeStep(): AgUiEvent[] {
    const stepName = this.openStep;
    this.openStep = null;
    return [...this.close(), ...(stepName === null ? [] : [{ type: 'STEP_FINISHED', stepName }])];
  }

  private dropped(at: At): AgUiEvent[] {
    this.resets++;
    return [...this.close(), { type: 'CUSTOM', name: 'holdfast.step.attempt_reset', value: at }];
  }

  /** Arguments are content, which no event holds: `GET /v1/runs/{id}/steps/{n}?include=content` has them. */
  private startCall(toolCallId: string, toolCallName: string): AgUiEvent[] {
    this.calls.add(toolCallId);
    return [{ type: 'TOOL_CALL_START', toolCallId, toolCallName }, { type: 'TOOL_CALL_END', toolCallId }];
  }

  private finishCall(event: RunEvent): AgUiEvent[] {
    const { call: _call, tool, ...how } = event.data;
    const toolCallId = callOf(event);
    // A reader that came in between was not told of the call.
    const begun = this.calls.has(toolCallId) ? [] : this.startCall(toolCallId, String(tool));
    return [...begun, { type: 'TOOL_CALL_RESULT', messageId: `${toolCallId}.result`, toolCallId, role: 'tool', content: JSON.stringify(how) }];
  }

  private finish({ data }: RunEvent): AgUiEvent {
    this.started = false;
    const { status, code } = data as { status: string; code?: string };
    if (status === 'completed') return { type: 'RUN_FINISHED', ...this.run, outcome: { type: 'success' } };
    if (status === 'cancelled') return { type: 'RUN_FINISHED', ...this.run, outcome: { type: 'cancelled' } };
    return { type: 'RUN_ERROR', message: code !== undefined && isErrorCode(code) ? ERROR_CODES[code].title : `The run ended as ${status}`, code: code ?? status };
  }
}

const callOf = ({ step, attempt, data }: RunEvent): string => `${step}.${attempt}.${String(data['call'])}`;
const custom = ({ type, seq, step, attempt, data }: RunEvent): AgUiEvent => ({ type: 'CUSTOM', name: `holdfast.${type}`, value: { seq, step, attempt, ...data } });

/** Messages without a name, as AG-UI's clients read them; the last one has the id. */
const write = (events: AgUiEvent[], id?: number): string => events.map((event, i) => `${id !== undefined && i === events.length - 1 ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('');
