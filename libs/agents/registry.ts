import type { AgentContract } from '#contracts';
import { codingContract } from './coding/contract.js';
import { dungeonMasterContract } from './dungeon-master/contract.js';
import { medicalContract } from './medical/contract.js';
import { probeContract } from './probe/contract.js';
import { researchContract } from './research/contract.js';

/** The agents that the API offers, by contract only. `probe` exercises the machinery and is offered where it is asked for. */
export function agentContracts(options: { probe: boolean }): AgentContract[] {
  return [researchContract, medicalContract, codingContract, dungeonMasterContract, ...(options.probe ? [probeContract] : [])];
}
