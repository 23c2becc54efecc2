import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { emptyBodySchema, type PrincipalView, principalViewSchema } from '#contracts';
import type { Config } from '#platform';
import { SESSION_COOKIE, tokenOf } from '../auth/identify-caller.js';
import { FromCaller, type Identity } from '../core/caller.js';
import { CONFIG } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

/** What the cookie is sent to, and what counts it: nothing there changes anything, so no other site can make use of it. */
const CODEC_PATH = '/v1/codec';

@ApiTags('keys')
@Controller('v1')
export class SessionController {
  private readonly secure: boolean;

  constructor(@Inject(CONFIG) config: Config) {
    this.secure = config.consoleUrl.startsWith('https:');
  }

  @Get('principal')
  @Endpoint({ role: 'viewer', summary: 'Say who asks', answers: { 200: { schema: principalViewSchema, description: 'The principal of the key or token, with its roles.' } } })
  getPrincipal(@FromCaller() { requestsPerSecond: _, ...principal }: Identity): PrincipalView {
    return principal;
  }

  @Post('session')
  @HttpCode(204)
  @Endpoint({ role: 'viewer', summary: "Let this browser's Temporal Web UI ask the codec", description: 'Keeps the key in a cookie that no script can read, that goes to the codec alone, and that ends with the browser. The Web UI has to send it: *Include cross-origin credentials* in its codec settings.', answers: { 204: { schema: null, description: 'The cookie is set; nothing is where nobody is asked for a key.' } } })
  openSession(@FromCaller() caller: Identity, @Body({ schema: emptyBodySchema }) _body: object, @Req() req: Request, @Res({ passthrough: true }) res: Response): void {
    const token = tokenOf(req);
    if (caller.authenticatedBy !== 'none' && token !== undefined) res.cookie(SESSION_COOKIE, token, this.cookie);
  }

  @Delete('session')
  @HttpCode(204)
  @Endpoint({ role: 'viewer', summary: 'Take that cookie back', answers: { 204: { schema: null, description: 'It is gone.' } } })
  closeSession(@Res({ passthrough: true }) res: Response): void {
    res.clearCookie(SESSION_COOKIE, this.cookie);
  }

  private get cookie() {
    return { path: CODEC_PATH, httpOnly: true, sameSite: 'strict', secure: this.secure } as const;
  }
}
