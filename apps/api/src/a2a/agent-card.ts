import { A2A_VERSION, type AgentCard, type AgentContract } from '#contracts';

/** What another agent reads of this installation: each of its agents is a skill. @param origin where the reader found it */
export function agentCard(agents: readonly AgentContract[], origin: string): AgentCard {
  return {
    name: 'Holdfast',
    description: 'Runs agents that last, on models of its own machine. A task is a run: begin one with a data part {"agent": …, "input": …, "corpusId"?: …}; the input’s schema is at /v1/agents/{name}.',
    version: '0.1.0',
    supportedInterfaces: [{ url: `${origin}/v1/a2a`, protocolBinding: 'JSONRPC', protocolVersion: A2A_VERSION }],
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: ['application/json', 'text/plain'],
    defaultOutputModes: ['application/json'],
    skills: agents.map(({ name, title, description }) => ({ id: name, name: title, description, tags: [name], inputModes: ['application/json'], outputModes: ['application/json'] })),
  };
}
