import { Controller, Get, Inject, Module, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { agentListSchema, type AgentView, agentViewSchema } from '#contracts';
import { AgentCatalogue, viewAgent } from '../core/agent-catalogue.js';
import { Endpoint } from '../openapi/endpoint.js';

@ApiTags('agents')
@Controller('v1/agents')
export class AgentsController {
  constructor(@Inject(AgentCatalogue) private readonly agents: AgentCatalogue) {}

  @Get()
  @Endpoint({ summary: 'List the agents, with the JSON Schemas of their input and result', answers: { 200: { schema: agentListSchema, description: 'All agents.' } } })
  listAgents(): { data: AgentView[] } {
    return { data: this.agents.all().map(viewAgent) };
  }

  @Get(':name')
  @Endpoint({ summary: 'Read an agent', answers: { 200: { schema: agentViewSchema, description: 'The agent in the version that new runs get.' } }, errors: ['unknown_agent'] })
  getAgent(@Param('name') name: string): AgentView {
    return viewAgent(this.agents.get(name));
  }

  @Get(':name/versions/:version')
  @Endpoint({ summary: 'Read a version of an agent', answers: { 200: { schema: agentViewSchema, description: 'The agent.' } }, errors: ['unknown_agent'] })
  getAgentVersion(@Param('name') name: string, @Param('version') version: string): AgentView {
    return viewAgent(this.agents.get(name, version));
  }
}

@Module({ controllers: [AgentsController] })
export class AgentsModule {}
