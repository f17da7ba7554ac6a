import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ago } from './format.ts';
import { countsText, readLastReload } from './last-reload.ts';
import type { LastReload } from './last-reload.ts';
import type { LiveTargets } from './live-targets.ts';

interface LastReloadLineProps {
  readonly connection: LiveTargets['connection'];
  /** Rises with every change of the configuration. */
  readonly configChangeCount: number;
  readonly nowMs: number;
}

/** When the configuration was loaded last, what that did to the loops, or why it was refused. */
export function LastReloadLine({ connection, configChangeCount, nowMs }: LastReloadLineProps) {
  const [reload, setReload] = useState<LastReload>();
  useEffect(() => {
    if (connection !== 'live') return;
    const asking = new AbortController();
    void readLastReload(asking.signal).then((read) => {
      if (!asking.signal.aborted) setReload(read);
    });
    return () => asking.abort();
  }, [connection, configChangeCount]);
  if (reload === undefined) return null;
  const when = ago(new Date(reload.at).toISOString(), nowMs);
  if (!reload.ok) {
    return (
      <Text size="sm" role="alert" className="last-reload failed">
        The configuration was not loaded {when}; the one before stays in force: {reload.errors.join('; ')}
      </Text>
    );
  }
  const { loops } = reload;
  return (
    <Text size="sm" className="last-reload">
      Configuration loaded {when}
      {loops === undefined ? '' : `: ${countsText(loops.counts)}${loops.isSettled ? '' : ' so far'}`}
    </Text>
  );
}
