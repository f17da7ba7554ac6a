import { configChecksum } from '@limpet/agent';
import type { Agent } from '@limpet/agent';
import type { Log } from '@limpet/model';
import type { RunOptions } from '../flag/run-options.ts';

interface Watching {
  readonly options: Pick<RunOptions, 'autoReloadIntervalMs' | 'configFile'>;
  readonly agent: Agent;
  readonly log: Log;
}

/** Reloads when the configuration file or a file it includes has changed; a failed reload is tried again. */
export function watchConfig({ options: { autoReloadIntervalMs, configFile }, agent, log }: Watching): () => void {
  if (autoReloadIntervalMs === undefined || configFile === undefined) return () => {};
  const checksum = () => configChecksum(configFile, agent.config()?.scrapeConfigFiles ?? []);
  let applied = checksum();
  let isBusy = false;
  const look = async () => {
    const found = checksum();
    if (isBusy || found === undefined || found === applied) return;
    isBusy = true;
    const { ok, errors } = await agent.reload();
    isBusy = false;
    if (ok) applied = found;
    if (ok) log.info('configuration changed and reloaded');
    else log.error('configuration changed and could not be reloaded', { code: 'LIMPET_RELOAD', errors: errors.join('; ') });
  };
  const timer = setInterval(() => void look(), autoReloadIntervalMs);
  return () => clearInterval(timer);
}
