import type { Agent } from '@limpet/agent';
import type { Log } from '@limpet/model';
import type { CommandIo } from '../io/command-io.ts';

interface Obeying {
  readonly io: CommandIo;
  readonly log: Log;
  readonly agent: Agent;
  readonly stop: (reason: string) => void;
}

/** SIGTERM and SIGINT stop, a second one stops at once; SIGHUP reloads. Returns how to end it. */
export function obeySignals({ io, log, agent, stop }: Obeying): () => void {
  let isStopping = false;
  const onStop = (name: string) => () => {
    if (isStopping) {
      log.warn('stopping at once', { signal: name });
      void agent.stop(`second ${name}`);
      return;
    }
    isStopping = true;
    stop(name);
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
