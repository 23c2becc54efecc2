import { Body, Controller, Get, Headers, HttpCode, Inject, Module, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { A2A_VERSION, type AgentCard, agentCardSchema, type JsonRpcAnswer, jsonRpcAnswerSchema, type JsonRpcMessage, jsonRpcMessageSchema } from '#contracts';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import { ownClient } from '../core/own-client.js';
import { Endpoint } from '../openapi/endpoint.js';
import { agentCard } from './agent-card.js';
import { answerA2a } from './tasks.js';

const VERSION_NOT_SUPPORTED = -32_009;

/** Other agents find this installation by its card, and give it tasks by A2A. */
@ApiTags('a2a')
@Controller()
export class A2aController {
  constructor(@Inject(AgentCatalogue) private readonly agents: AgentCatalogue) {}

  @Get('.well-known/agent-card.json')
  @Endpoint({ role: 'viewer', summary: "Read the installation's A2A agent card", answers: { 200: { schema: agentCardSchema, description: 'The card: each agent is a skill.' } } })
  getAgentCard(@Req() req: Request): AgentCard {
    return agentCard(this.agents.all(), `${req.protocol}://${req.headers.host ?? ''}`);
  }

  @Post('v1/a2a')
  @HttpCode(200)
  @Endpoint({
    role: 'viewer',
    summary: 'Speak A2A',
    description: 'JSON-RPC of A2A 1.0: `SendMessage` begins a run or tells it something, `GetTask` and `CancelTask` are about one. A task’s id is the run’s.',
    answers: { 200: { schema: jsonRpcAnswerSchema, description: 'The answer: a result, or an error of the protocol.' } },
    headers: [{ name: 'A2A-Version', description: '`1.0`.' }],
  })
  answerA2a(@Body({ schema: jsonRpcMessageSchema }) message: JsonRpcMessage, @Headers('a2a-version') version: string | undefined, @Req() req: Request, @Res({ passthrough: true }) res: Response): JsonRpcAnswer | Promise<JsonRpcAnswer> {
    if (version !== undefined && version.split('.')[0] !== A2A_VERSION.split('.')[0]) return { jsonrpc: '2.0', id: message.id ?? null, error: { code: VERSION_NOT_SUPPORTED, message: `Version ${A2A_VERSION} is spoken here.` } };
    const gone = new AbortController();
    res.on('close', () => gone.abort(new Error('the caller is gone')));
    return answerA2a(ownClient(req), message, gone.signal).catch((error: unknown) => (gone.signal.aborted ? { jsonrpc: '2.0' as const, id: null } : Promise.reject(error as Error)));
  }
}

@Module({ controllers: [A2aController] })
export class A2aModule {}
