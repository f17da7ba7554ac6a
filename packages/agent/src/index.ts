export { AGENT_DEADLINES, agentMachine } from './root/agent.machine.ts';
export type { AgentContext, AgentEmitted, AgentEvent, AgentMachineInput, ReloadTrigger } from './root/agent-events.ts';
