import { Anchor, Text } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { PageHeader } from '../page-header.tsx';
import { PREFIX } from '../prefix.ts';
import { ActorPanel, StateSentence } from './actor-panel.tsx';
import { ActorTree } from './actor-tree.tsx';
import { chartOf } from './chart-of.ts';
import { ChartView } from './chart-view.tsx';
import type { Actor, InspectState } from './inspect-state.ts';
import { choose, fetchMembers, snapshot, subscribe } from './live-inspect.ts';
import { LoopFinder } from './loop-finder.tsx';
import './inspect.css';
import { TimeLine } from './time-line.tsx';
import type { TimeLineRow } from './time-line.tsx';

const NO_STEPS = [] as const;

/** The second room: the actors, and what the chosen one is doing. */
export function InspectRoom() {
  const state = useSyncExternalStore(subscribe, snapshot);
  const [refusal, setRefusal] = useState<string>();
  const [chosen, setChosen] = useChosen(setRefusal);
  const actor = chosen === undefined ? undefined : actorAt(state, chosen);
  const chart = chartOf(actor?.machine);
  const steps = (chosen === undefined ? undefined : state.steps.get(chosen)) ?? NO_STEPS;
  const detail = chosen === undefined ? undefined : state.details.get(chosen);
  const now = steps.at(-1)?.state ?? detail?.state ?? actor?.state ?? '';
  const clockOffsetMs = state.agentMs - state.heardMs;
  const rows = useMemo(() => timeLineRows(state, chosen), [state, chosen]);
  const isOtherVersion = chart !== undefined && state.machines[chart.id] !== undefined && state.machines[chart.id] !== chart.fingerprint;
  return (
    <main className="page">
      <PageHeader room="inspect" connection={state.connection}>
        {chosen !== undefined && (
          <Anchor size="sm" href={`${PREFIX}/-/inspect/bridge?${new URLSearchParams({ spotlight: chosen }).toString()}`} target="_blank">
            Stately inspector ↗
          </Anchor>
        )}
        {state.droppedCount > 0 && (
          <Text size="sm" className="note">
            {state.droppedCount.toLocaleString()} steps were missed
          </Text>
        )}
      </PageHeader>
      {refusal !== undefined && <p className="empty">{refusal}</p>}
      <div className="inspect">
        <nav className="actors" aria-label="Actors and loops">
          <ActorTree actors={state.actors} crowds={state.crowds} chosen={chosen} onChoose={setChosen} />
          <LoopFinder of={crowdOf(state, chosen)} chosen={chosen} onChoose={setChosen} onRefused={setRefusal} />
        </nav>
        <section className="stage" aria-label="Statechart">
          <StateSentence id={actor?.id ?? ''} chart={chart} state={now} gone={chosen === undefined ? undefined : state.gone.get(chosen)} />
          {isOtherVersion && (
            <p className="note">This page was built for another version of the agent: the drawing may differ from the machine.</p>
          )}
          {chart !== undefined && (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scroller has to be reachable by keyboard
            <div className="drawing" tabIndex={0} role="region" aria-label="Drawing">
              <ChartView key={chosen} chart={chart} state={now} steps={steps} />
            </div>
          )}
        </section>
        <ActorPanel chart={chart} detail={detail} steps={steps} clockOffsetMs={clockOffsetMs} />
        <TimeLine rows={rows} clockOffsetMs={clockOffsetMs} />
      </div>
    </main>
  );
}

/** An actor of the tree, or a loop: a loop that has not been told of yet is known by its path. */
function actorAt({ actors, crowds }: InspectState, path: string): Actor {
  const known = actors.get(path);
  if (known !== undefined) return known;
  const crowd = [...crowds.keys()].find((parent) => path.startsWith(`${parent}/`)) ?? null;
  const id = crowd === null ? path : path.slice(crowd.length + 1);
  return { path, id, machine: path.includes('/loops/') ? 'loop' : null, parent: crowd, state: '', isCrowd: false };
}

/** The supervisor that the list of loops belongs to: the chosen actor, or one right below or above it. */
function crowdOf({ crowds }: InspectState, chosen: string | undefined): string | undefined {
  if (chosen === undefined) return undefined;
  return [...crowds.keys()].find(
    (path) => path === chosen || chosen.startsWith(`${path}/`) || path.slice(0, path.lastIndexOf('/')) === chosen,
  );
}

function timeLineRows(state: InspectState, chosen: string | undefined): readonly TimeLineRow[] {
  const rows: TimeLineRow[] = [];
  let next = chosen;
  while (next !== undefined) {
    const actor = actorAt(state, next);
    const chart = chartOf(actor.machine);
    const known = { ...actor, state: actor.state === '' ? (state.details.get(next)?.state ?? '') : actor.state };
    if (chart !== undefined) rows.unshift({ actor: known, chart, steps: state.steps.get(next) ?? NO_STEPS });
    next = actor.parent ?? undefined;
  }
  return rows;
}

/** The chosen actor, kept in the address; at first the one it names, else the first loop there is, else the agent. */
function useChosen(onRefused: (reason: string) => void): readonly [string | undefined, (path: string) => void] {
  const [chosen, setChosen] = useState<string>();
  const keep = useCallback((path: string) => {
    choose(path);
    setChosen(path);
    window.history.replaceState(null, '', `${window.location.pathname}?${new URLSearchParams({ actor: path }).toString()}`);
  }, []);
  useEffect(() => {
    const words = new URLSearchParams(window.location.search);
    const named = words.get('actor');
    if (named !== null) {
      keep(named);
      return undefined;
    }
    const abort = new AbortController();
    fetchMembers({ id: words.get('loop') ?? '' }, abort.signal).then(
      ({ members }) => keep(members[0]?.path ?? 'agent'),
      (error: unknown) => {
        if (!abort.signal.aborted) onRefused(error instanceof Error ? error.message : String(error));
      },
    );
    return () => abort.abort();
  }, [keep, onRefused]);
  return [chosen, keep];
}
