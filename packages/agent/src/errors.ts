/** Why an agent could not start; `exitCode` is what a process would end with. */
export class AgentError extends Error {
  readonly code: 'LIMPET_AGENT_CONFIG' | 'LIMPET_AGENT_START' | 'LIMPET_AGENT_STATE';
  readonly exitCode: number;

  constructor(code: AgentError['code'], message: string, options: { readonly exitCode: number; readonly cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'AgentError';
    this.code = code;
    this.exitCode = options.exitCode;
  }
}
