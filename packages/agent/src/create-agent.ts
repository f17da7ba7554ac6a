import { LimpetAgent } from './limpet-agent.ts';
import type { Agent } from './agent.ts';
import type { AgentOptions } from './agent-options.ts';

/** Makes an agent. Nothing happens before `start()`. */
export function createAgent(options: AgentOptions): Agent {
  return new LimpetAgent(options);
}
