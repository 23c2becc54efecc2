import { Controller, Get, Inject, Module, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { agentListSchema, type AgentVersionView, agentVersionViewSchema, type AgentView, agentViewSchema } from '#contracts';
import { type Pool, readPinnedAgents, withTx } from '#store';
import { AgentCatalogue, viewAgent } from '../core/agent-catalogue.js';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

@ApiTags('agents')
@Controller('v1/agents')
export class AgentsController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
  ) {}

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List the agents, with the JSON Schemas of their input and result', answers: { 200: { schema: agentListSchema, description: 'All agents.' } } })
  listAgents(): { data: AgentView[] } {
    return { data: this.agents.all().map(viewAgent) };
  }

  @Get(':name')
  @Endpoint({ role: 'viewer', summary: 'Read an agent', answers: { 200: { schema: agentViewSchema, description: 'The agent in the version that new runs get.' } }, errors: ['unknown_agent'] })
  getAgent(@Param('name') name: string): AgentView {
    return viewAgent(this.agents.get(name));
  }

  @Get(':name/versions/:version')
  @Endpoint({ role: 'viewer', summary: 'Read a version of an agent', description: 'With the definitions that runs of this version began with, each kept as it was then: prompt digest, tools, limits, sampling, drift policy.', answers: { 200: { schema: agentVersionViewSchema, description: 'The version.' } }, errors: ['unknown_agent'] })
  async getAgentVersion(@FromCaller() { tenantId }: Caller, @Param('name') name: string, @Param('version') version: string): Promise<AgentVersionView> {
    const pinned = await withTx(this.pool, tenantId, (tx) => readPinnedAgents(tx, tenantId, name, version));
    const last = pinned[0]?.definition;
    // A version that is no longer served is known by the runs that it had.
    return { ...(last && !this.agents.serves(name, version) ? agentViewSchema.parse(last) : viewAgent(this.agents.get(name, version))), pinned };
  }
}

@Module({ controllers: [AgentsController] })
export class AgentsModule {}
