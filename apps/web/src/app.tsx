import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { LastReloadLine } from './last-reload-line.tsx';
import { snapshot, subscribe } from './live-targets.ts';
import { TargetDetail } from './target-detail.tsx';
import { healthCounts, listRows, readFilter, writeFilter } from './target-list.ts';
import type { TargetFilter } from './target-list.ts';
import { TargetTable } from './target-table.tsx';
import { Toolbar } from './toolbar.tsx';

/** The first room: targets by pool, live, with the chosen one beside them. */
export function App() {
  const { targets, connection, configChangeCount } = useSyncExternalStore(subscribe, snapshot);
  const [filter, setFilter] = useFilter();
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [chosenId, setChosenId] = useState<string>();
  const nowMs = useNow();
  const rows = useMemo(() => listRows(targets.values(), filter, collapsed), [targets, filter, collapsed]);
  const pools = useMemo(() => [...new Set([...targets.values()].map(({ pool }) => pool))].sort(), [targets]);
  const counts = useMemo(() => healthCounts(targets.values()), [targets]);
  const chosen = chosenId === undefined ? undefined : targets.get(chosenId);
  const toggle = useCallback((pool: string) => setCollapsed((before) => toggled(before, pool)), []);

  return (
    <main className="page">
      <Toolbar filter={filter} pools={pools} counts={counts} connection={connection} onFilter={setFilter} />
      <LastReloadLine connection={connection} configChangeCount={configChangeCount} nowMs={nowMs} />
      {rows.length === 0 ? (
        <p className="empty">{targets.size === 0 ? 'No target yet: discovery is looking.' : 'No target passes the filter.'}</p>
      ) : (
        <div className={chosen === undefined ? 'rooms' : 'rooms with-detail'}>
          <TargetTable rows={rows} chosenId={chosenId} nowMs={nowMs} onChoose={setChosenId} onToggle={toggle} />
          {chosen !== undefined && <TargetDetail target={chosen} nowMs={nowMs} onClose={() => setChosenId(undefined)} />}
        </div>
      )}
    </main>
  );
}

/** The filter, kept in the address so that a view can be shared. */
function useFilter(): readonly [TargetFilter, (filter: TargetFilter) => void] {
  const [filter, setFilter] = useState(() => readFilter(window.location.search));
  const keep = useCallback((next: TargetFilter) => {
    window.history.replaceState(null, '', `${window.location.pathname}${writeFilter(next)}`);
    setFilter(next);
  }, []);
  return [filter, keep];
}

/** Wall milliseconds, once a second. */
function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function toggled(before: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(name)) after.add(name);
  return after;
}
