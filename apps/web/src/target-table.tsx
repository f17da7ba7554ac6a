import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { ago, duration, stateText } from './format.ts';
import { HealthBadge } from './health-badge.tsx';
import { LabelBadges } from './label-badges.tsx';
import type { ListRow, PoolSummary } from './target-list.ts';
import type { Target } from './target.ts';

const ROW_PX = 42;
const ROWS_BEYOND_VIEW = 8;
const COLUMNS = ['Endpoint', 'State', 'Loop is', 'Labels', 'Last scrape', 'Duration', 'Samples'];

interface TargetTableProps {
  readonly rows: readonly ListRow[];
  readonly chosenId: string | undefined;
  readonly nowMs: number;
  readonly onChoose: (id: string) => void;
  readonly onToggle: (pool: string) => void;
}

/** All pools and targets in one list; only the rows in view are in the document, so 10,000 targets scroll freely. */
export function TargetTable({ rows, chosenId, nowMs, onChoose, onToggle }: TargetTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: ROWS_BEYOND_VIEW,
  });
  return (
    <div className="table" role="table" aria-label="Targets" aria-rowcount={rows.length + 1} aria-colcount={COLUMNS.length}>
      <div role="rowgroup">
        <div className="row head" role="row" aria-rowindex={1}>
          {COLUMNS.map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scroller has to be reachable by keyboard */}
      <div ref={scroller} className="scroller" role="rowgroup" tabIndex={0} aria-label="Target rows">
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const place = { transform: `translateY(${start}px)`, height: ROW_PX };
            return row.kind === 'pool' ? (
              <PoolRow key={key} pool={row.pool} index={index + 2} place={place} onToggle={onToggle} />
            ) : (
              <TargetRow
                key={key}
                target={row.target}
                index={index + 2}
                place={place}
                isChosen={row.target.id === chosenId}
                nowMs={nowMs}
                onChoose={onChoose}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface Placed {
  /** Counted from 1 over all rows, the head included. */
  readonly index: number;
  readonly place: { readonly transform: string; readonly height: number };
}

function PoolRow({ pool, index, place, onToggle }: Placed & { readonly pool: PoolSummary; readonly onToggle: (pool: string) => void }) {
  const total = pool.upCount + pool.downCount + pool.unknownCount;
  const tone = pool.downCount === total ? 'bad' : pool.downCount > 0 ? 'mixed' : pool.unknownCount === total ? 'idle' : 'good';
  return (
    <div className={`pool placed ${tone}`} role="row" aria-rowindex={index} style={place}>
      <span role="cell" aria-colspan={COLUMNS.length}>
        <button type="button" aria-expanded={!pool.isCollapsed} onClick={() => onToggle(pool.name)}>
          <span aria-hidden>{pool.isCollapsed ? '▸' : '▾'}</span> {pool.name}
        </button>
        <span className="count">
          {pool.upCount} / {total} up
        </span>
        {pool.shownCount < total && <span className="count">{pool.shownCount} shown</span>}
      </span>
    </div>
  );
}

interface TargetRowProps extends Placed {
  readonly target: Target;
  readonly isChosen: boolean;
  readonly nowMs: number;
  readonly onChoose: (id: string) => void;
}

function TargetRow({ target, index, place, isChosen, nowMs, onChoose }: TargetRowProps) {
  return (
    <div className={isChosen ? 'row placed chosen' : 'row placed'} role="row" aria-rowindex={index} style={place} data-target={target.id}>
      <span role="cell">
        <button type="button" className="endpoint" aria-pressed={isChosen} onClick={() => onChoose(target.id)} title={target.scrapeUrl}>
          {target.scrapeUrl}
        </button>
      </span>
      <span role="cell">
        <HealthBadge health={target.health} />
      </span>
      <span role="cell" className="state" title={target.state}>
        {stateText(target.state)}
      </span>
      <span role="cell" className="labels-cell">
        {target.lastError === '' ? (
          <LabelBadges labels={target.labels} />
        ) : (
          <span className="error" title={target.lastError}>
            {target.lastError}
          </span>
        )}
      </span>
      <span role="cell">{ago(target.lastScrape, nowMs)}</span>
      <span role="cell">{duration(target.lastScrapeDuration)}</span>
      <span role="cell">{target.lastSamplesScraped.toLocaleString()}</span>
    </div>
  );
}
