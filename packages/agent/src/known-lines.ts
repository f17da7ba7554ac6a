import type { LineMemory } from '@limpet/line-template';
import type { Log } from '@limpet/model';
import type { AgentWorld } from './agent-options.ts';

/** `undefined`, and a line in the log: all bodies are read by the reference parsers, at several times the cost. */
export function openedLines(world: Pick<AgentWorld, 'openLineMemory'>, log: Log): LineMemory | undefined {
  const opened = world.openLineMemory();
  if (opened.ok) return opened.memory;
  log.warn('Expositions are read by the reference parsers alone', { code: 'LIMPET_LINE_TEMPLATE', err: opened.error.message });
  return undefined;
}
