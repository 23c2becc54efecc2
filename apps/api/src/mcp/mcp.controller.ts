import { Body, Controller, Headers, HttpCode, Module, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { HoldfastError, type JsonRpcMessage, jsonRpcAnswerSchema, jsonRpcMessageSchema } from '#contracts';
import { answerHttp } from '#mcp';
import { ownClient } from '../core/own-client.js';
import { Endpoint } from '../openapi/endpoint.js';

/** Clients of the protocol ask for a stream and for the end of a session, and learn from 405 that there are none. */
export function onlyMessages(req: Request, res: Response, next: NextFunction): void {
  if (req.method === 'POST') return next();
  res.status(405).setHeader('Allow', 'POST').end();
}

/** Holdfast as an MCP server over streamable HTTP: no session, one JSON answer a message. */
@ApiTags('mcp')
@Controller('v1/mcp')
export class McpController {
  @Post()
  @HttpCode(200)
  @Endpoint({
    role: 'viewer',
    summary: 'Speak MCP',
    description: 'Streamable HTTP of the Model Context Protocol, without sessions: its tools list agents and corpora, start runs and look at them, send them messages, and search. What a caller may do is what the caller may do here.',
    answers: { 200: { schema: jsonRpcAnswerSchema, description: 'The answer to a request.' }, 202: { schema: null, description: 'A notification was taken.' } },
    headers: [{ name: 'MCP-Protocol-Version', description: 'Version that was agreed on.' }],
  })
  async answerMcp(@Body({ schema: jsonRpcMessageSchema }) message: JsonRpcMessage, @Headers('mcp-protocol-version') protocolVersion: string | undefined, @Req() req: Request, @Res() res: Response): Promise<void> {
    const gone = new AbortController();
    res.on('close', () => gone.abort(new Error('the caller is gone')));
    const answer = await answerHttp(ownClient(req), message, { protocolVersion, signal: gone.signal }).catch((error: unknown) => (gone.signal.aborted ? null : Promise.reject(error as Error)));
    if (!answer) return;
    if (answer.status >= 400) throw new HoldfastError('validation_failed', 'This is no message of the protocol, or of another version of it.');
    if (answer.body === null) return void res.status(answer.status).end();
    res.status(answer.status).json(answer.body);
  }
}

@Module({ controllers: [McpController] })
export class McpModule {}
