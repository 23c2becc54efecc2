import { Controller, Get, Inject, Module, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { healthSchema, type Readiness, readinessSchema } from '#contracts';
import type { WithCaller } from '../core/caller.js';
import { Endpoint } from '../openapi/endpoint.js';
import { ReadinessProbe } from './readiness.js';

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(@Inject(ReadinessProbe) private readonly probe: ReadinessProbe) {}

  @Get('healthz')
  @Endpoint({ role: 'open', summary: 'Say whether the process is alive', answers: { 200: { schema: healthSchema, description: 'It is.' } } })
  getHealth(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Endpoint({
    role: 'open',
    summary: 'Say how each part stands, and what to do about one that is down',
    answers: { 200: { schema: readinessSchema, description: 'Ready, or degraded: the runtime is down and runs wait for it.' }, 503: { schema: readinessSchema, description: 'Postgres, its schema or Temporal is not there.' } },
  })
  async getReadiness(@Req() req: WithCaller, @Res({ passthrough: true }) res: Response): Promise<Readiness> {
    const readiness = await this.probe.look();
    if (readiness.status === 'not_ready') res.status(503);
    return req.caller ? readiness : { ...readiness, parts: untold(readiness.parts) };
  }
}

/** Addresses and what is wrong at them are for those who may know. */
function untold(parts: Readiness['parts']): Readiness['parts'] {
  return Object.fromEntries(Object.entries(parts).map(([name, { state }]) => [name, { state, detail: 'Ask with a key to be told more.', remedy: null }])) as Readiness['parts'];
}

@Module({ controllers: [HealthController], providers: [ReadinessProbe] })
export class HealthModule {}
