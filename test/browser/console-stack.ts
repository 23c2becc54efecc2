import type { Browser } from 'playwright-core';
import type { AgentImplementation } from '#activities';
import { probe } from '#agents/probe/activities/index';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { ApiStack } from '../harness/api-stack.js';
import { launch, Tab } from '../harness/browser.js';
import { CuttableProxy } from '../harness/cuttable-proxy.js';
import type { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';

/** Asks for an approval, then ends. */
export const ASKING = 'asking';
/** Makes the same call again and again. */
export const STUCK = 'stuck';

/** Worker, API and scripted model behind a door that can be shut, and a browser before it. */
export class ConsoleStack {
  private constructor(
    readonly stack: ApiStack,
    readonly door: CuttableProxy,
    readonly browser: Browser,
  ) {}

  /** With the probe agent, whose approved lines go to `file`. */
  static probing(executablePath: string, file: string): Promise<ConsoleStack> {
    return ConsoleStack.start(executablePath, [probe], (request, n) => answer(request, n, file));
  }

  static async start(executablePath: string, agents: AgentImplementation[], script: LoopStack['script']): Promise<ConsoleStack> {
    const [stack, browser] = await Promise.all([ApiStack.start({ agents: new Map(agents.map((agent) => [agent.contract.name, agent])) }, { HOLDFAST_EMBED_MODEL: 'scripted-embed' }), launch(executablePath)]);
    stack.loop.script = script;
    const { hostname: host, port } = new URL(stack.url);
    const door = new CuttableProxy({ host, port: Number(port) });
    await door.open();
    return new ConsoleStack(stack, door, browser);
  }

  /** As the door has it. */
  get url(): string {
    return `http://127.0.0.1:${this.door.port}`;
  }

  tab(more: Parameters<typeof Tab.open>[2] = {}): Promise<Tab> {
    return Tab.open(this.browser, this.url, more);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.door.cut();
    await this.stack.stop();
  }
}

function answer(request: ScriptedRequest, n: number, file: string): ScriptedAnswer | Promise<ScriptedAnswer> {
  if (request.model === STUCK) return { content: 'I look once more.', thinking: 'Perhaps it was not there the last time. I should look again.', toolCalls: [{ name: 'read_filler', args: { n: 1 } }], delayMs: 30 };
  if (request.model !== ASKING) return (playScenario as (request: ScriptedRequest, n: number) => ScriptedAnswer)(request, n);
  const answered = request.messages.some(({ role }) => role === 'tool');
  return { content: 'May I?', toolCalls: [answered ? { name: 'done', args: {} } : { name: 'append_approved', args: { path: file, line: 'as the model has it' } }] };
}
