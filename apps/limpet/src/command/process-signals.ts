import type { Agent } from '@limpet/agent';
import type { Log } from '@limpet/model';
import type { CommandIo } from '../io/command-io.ts';

/**
 * Milliseconds within which the same signal again is still the first one: whoever signals a whole process group reaches
 * the agent twice where a launcher in that group passes signals on.
 */
export const SAME_SIGNAL_MS = 500;

interface Obeying {
  readonly io: Pick<CommandIo, 'onSignal'>;
  readonly log: Log;
  readonly agent: Pick<Agent, 'stop' | 'reload'>;
  readonly stop: (reason: string) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** SIGTERM and SIGINT stop, a second one stops at once; SIGHUP reloads. Returns how to end it. */
export function obeySignals({ io, log, agent, stop, now }: Obeying): () => void {
  let first: { readonly name: string; readonly atMs: number } | undefined;
  const onStop = (name: string) => () => {
    if (first === undefined) {
      first = { name, atMs: now() };
      stop(name);
    } else if (name !== first.name || now() - first.atMs >= SAME_SIGNAL_MS) {
      log.warn('stopping at once', { signal: name });
      void agent.stop(`second ${name}`);
    }
  };
  const onReload = () => {
    void agent.reload().then(({ ok, errors }) => {
      if (ok) log.info('configuration reloaded');
      else log.error('configuration not reloaded', { code: 'LIMPET_RELOAD', errors: errors.join('; ') });
    });
  };
  const ends = [io.onSignal('SIGTERM', onStop('SIGTERM')), io.onSignal('SIGINT', onStop('SIGINT')), io.onSignal('SIGHUP', onReload)];
  return () => {
    for (const end of ends) end();
  };
}
