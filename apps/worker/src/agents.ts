import type { AgentImplementation } from '#activities';
import { createCodingAgent } from '#agents/coding/activities/index';
import { createDungeonMaster } from '#agents/dungeon-master/activities/index';
import { createMedicalAgent } from '#agents/medical/activities/index';
import { probe } from '#agents/probe/activities/index';
import { research } from '#agents/research/activities/index';
import { configuredTranscriber } from '#models';
import type { Config } from '#platform';
import { codingSettings } from './coding.js';

/** The agents that this worker serves. `probe` only exercises the machinery and is served where it is asked for. */
export function loadAgents(options: { probe: boolean; config?: Config }): ReadonlyMap<string, AgentImplementation> {
  const agents = [research, createMedicalAgent(options.config ? configuredTranscriber(options.config) : null), createDungeonMaster(options.config?.contentPolicy), ...(options.config ? [createCodingAgent(codingSettings(options.config))] : []), ...(options.probe ? [probe] : [])];
  return new Map(agents.map((a) => [a.contract.name, a]));
}
