import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { stateText } from '../format.ts';
import type { Actor, Crowd } from './inspect-state.ts';

const ROW_PX = 26;
const INDENT_PX = 14;

interface ActorTreeProps {
  readonly actors: ReadonlyMap<string, Actor>;
  readonly crowds: ReadonlyMap<string, Crowd>;
  readonly chosen: string | undefined;
  readonly onChoose: (path: string) => void;
}

interface TreeRow {
  readonly actor: Actor;
  readonly depth: number;
}

/** Every actor but the loops, which are counted by state. */
export function ActorTree({ actors, crowds, chosen, onChoose }: ActorTreeProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => treeRows(actors, crowds), [actors, crowds]);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 6 });
  return (
    <div ref={scroller} className="tree" role="tree" aria-label="Actors">
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const { actor, depth } = row;
          const crowd = crowds.get(actor.path);
          const isChosen = actor.path === chosen;
          return (
            <div
              key={actor.path}
              className={isChosen ? 'actor chosen' : 'actor'}
              role="treeitem"
              aria-level={depth + 1}
              aria-selected={isChosen}
              style={{ transform: `translateY(${start}px)`, height: ROW_PX, paddingLeft: 8 + depth * INDENT_PX }}
              data-actor={actor.path}
            >
              <button type="button" onClick={() => onChoose(actor.path)} title={actor.path}>
                {actor.id}
              </button>
              {crowd === undefined ? <span className="state">{actor.state}</span> : <CrowdBar crowd={crowd} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** `1,000: 990 waiting, 10 scraping`, with a bar. */
function CrowdBar({ crowd: { total, states } }: { readonly crowd: Crowd }) {
  const sorted = Object.entries(states).sort(([, a], [, b]) => b - a);
  const text = sorted.map(([state, count]) => `${count.toLocaleString()} ${stateText(state)}`).join(', ');
  return (
    <span className="crowd" title={text}>
      <span className="total">{total.toLocaleString()}</span>
      <span className="bar" role="img" aria-label={text}>
        {sorted.map(([state, count]) => (
          <span key={state} className={`part ${toneOf(state)}`} style={{ flexGrow: count }} />
        ))}
      </span>
    </span>
  );
}

/** What a state of a loop looks like in small. */
export function toneOf(state: string): string {
  const [outer = ''] = state.split('.');
  return TONES[outer] ?? 'other';
}

const TONES: Readonly<Record<string, string>> = {
  idle: 'resting',
  fetching: 'busy',
  appending: 'writing',
  ending: 'ending',
  retiring: 'ending',
  marking: 'ending',
};

/** Depth first; a supervisor's row shows its counts. Other actors that are no machines are shown, too: providers, clients. */
function treeRows(actors: ReadonlyMap<string, Actor>, crowds: ReadonlyMap<string, Crowd>): readonly TreeRow[] {
  const children = new Map<string | null, Actor[]>();
  for (const actor of actors.values()) {
    const isMember = actor.parent !== null && crowds.has(actor.parent);
    if (isMember) continue;
    const siblings = children.get(actor.parent);
    if (siblings === undefined) children.set(actor.parent, [actor]);
    else siblings.push(actor);
  }
  const rows: TreeRow[] = [];
  const visit = (parent: string | null, depth: number): void => {
    for (const actor of (children.get(parent) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1))) {
      rows.push({ actor, depth });
      visit(actor.path, depth + 1);
    }
  };
  visit(null, 0);
  return rows;
}
