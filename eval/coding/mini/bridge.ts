import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ChatMessage, Sampling } from '#contracts';
import type { Runtime } from '#models';
import type { CommandResult, Sandbox } from '#workspace';

export type BridgeOptions = {
  runtime: Runtime;
  model: string;
  sampling: Sampling;
  contextTokens: number;
  sandbox: Sandbox;
  tree: string;
  onModelCall?: () => void;
};

export type Bridge = { url: string; close(): Promise<void> };

/** Of a command's output; the agent itself shows its model 10,000 characters. */
const KEEP_BYTES = 40_000;
/** As long as a command of Holdfast's agent has by default. */
const COMMAND_MS = 120_000;

/** The model and the shell of another agent: the same runtime, sampling and sandbox as Holdfast's own have. */
export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const server = createServer((req, res) => {
    answer(options, req, res).catch(() => res.writeHead(502).end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(options: BridgeOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = JSON.parse(await textOf(req)) as { messages: ChatMessage[]; command: string; env: Record<string, string> };
  const gone = new AbortController();
  res.on('close', () => gone.abort(new Error('the agent is gone')));
  const said = req.url === '/model' ? await chat(options, body.messages, gone.signal) : await run(options, body, gone.signal);
  res.end(JSON.stringify(said));
}

async function chat({ runtime, model, sampling, contextTokens, onModelCall }: BridgeOptions, messages: ChatMessage[], signal: AbortSignal): Promise<{ content: string; finish: string }> {
  onModelCall?.();
  const { content, finish } = await runtime.chat({ model, messages, sampling, contextTokens }, { signal });
  return { content, finish };
}

async function run({ sandbox, tree }: BridgeOptions, { command, env }: { command: string; env: Record<string, string> }, signal: AbortSignal) {
  const result = await sandbox.run({ tree, command, env, keepBytes: KEEP_BYTES, limits: { timeMs: COMMAND_MS }, signal });
  return { output: result.output, returncode: result.exitCode ?? -1, exception_info: result.ended === 'exit' ? '' : endedBy(result) };
}

const endedBy = ({ ended }: CommandResult): string => `The command was ended: its limit of ${ended} was reached.`;

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
