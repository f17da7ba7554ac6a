import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { activeBoxes, stateAfter } from './chart-of.ts';
import type { ChartLayout } from './chart-layout.ts';
import type { Detail, Step } from './inspect-state.ts';

const STEPS_SHOWN = 14;

interface ActorPanelProps {
  readonly chart: ChartLayout | undefined;
  readonly detail: Detail | undefined;
  readonly steps: readonly Step[];
  /** What to add to our clock to get the agent's. */
  readonly clockOffsetMs: number;
}

/** What the chosen actor waits for, what it did last, and what it knows. */
export function ActorPanel({ chart, detail, steps, clockOffsetMs }: ActorPanelProps) {
  const nowMs = useNow() + clockOffsetMs;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scroller has to be reachable by keyboard
    <aside className="panel" aria-label="Chosen actor" tabIndex={0}>
      <section aria-label="Pending timers">
        <h2>Waits for</h2>
        {(detail?.timers ?? []).length === 0 && <Text size="sm">no timer</Text>}
        {detail?.timers.map(({ event, dueAt }) => (
          <Text size="sm" key={event} className="timer">
            <code>{event}</code> {dueAt === null ? '' : `in ${remaining(dueAt - nowMs)}`}
          </Text>
        ))}
      </section>
      <section aria-label="Last steps" className="steps">
        <h2>Last steps</h2>
        {steps.length === 0 && <Text size="sm">none since this page began to watch</Text>}
        <ol>
          {steps
            .slice(-STEPS_SHOWN)
            .reverse()
            .map((step) => (
              <li key={step.seq}>
                <time>{clockTime(step.t)}</time> <code>{step.event}</code>
                {step.guard !== undefined && <span className="guard"> [{step.guard}]</span>}
                <span className="to"> {chart === undefined ? '' : (stateAfter(chart, step) ?? 'stays')}</span>
              </li>
            ))}
        </ol>
      </section>
      <section aria-label="Context">
        <h2>Knows</h2>
        <pre>{detail === undefined || detail.context === null ? 'nothing that can be shown' : JSON.stringify(detail.context, null, 2)}</pre>
      </section>
    </aside>
  );
}

interface StateSentenceProps {
  readonly id: string;
  readonly chart: ChartLayout | undefined;
  readonly state: string;
  /** How it ended, where it has. */
  readonly gone: string | undefined;
}

/** What the chosen actor is doing, as a sentence from the machine itself. */
export function StateSentence({ id, chart, state, gone }: StateSentenceProps) {
  const active = chart === undefined ? [] : activeBoxes(chart, state);
  const sentence = active.findLast(({ description }) => description !== '')?.description ?? '';
  return (
    <div className="sentence" role="status">
      <p className="about">
        <strong>{id}</strong> {chart === undefined ? 'is no machine: it has no states to show.' : `is ${chart.about}.`}
      </p>
      {gone !== undefined && <p className="now gone">It has ended: {gone}.</p>}
      {gone === undefined && chart !== undefined && (
        <p className="now">
          Now <span className="lit-word">{state === '' ? '…' : state.replaceAll('.', ' › ')}</span> {sentence}
        </p>
      )}
    </div>
  );
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function remaining(ms: number): string {
  if (ms <= 0) return '0.0 s';
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

/** `14:03:22.104`, in the time zone of the reader. */
function clockTime(ms: number): string {
  const date = new Date(ms);
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
