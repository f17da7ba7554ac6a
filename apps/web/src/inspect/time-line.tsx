import { useEffect, useState } from 'react';
import { stateAfter } from './chart-of.ts';
import type { ChartLayout } from './chart-layout.ts';
import type { Actor, Step } from './inspect-state.ts';

/** How far back it goes, milliseconds. */
const SPAN_MS = 60_000;
const ROW = 22;
const NAME = 150;
const WIDTH = 1_000;
/** A state that was there for a millisecond can still be seen. */
const WIDTH_MIN = 2.5;
const MARKS_S = [60, 45, 30, 15, 0];

export interface TimeLineRow {
  readonly actor: Actor;
  readonly chart: ChartLayout;
  readonly steps: readonly Step[];
}

interface TimeLineProps {
  /** The chosen actor last, those above it before. */
  readonly rows: readonly TimeLineRow[];
  readonly clockOffsetMs: number;
}

/** In which state the chosen actor and those above it were over the last minute. */
export function TimeLine({ rows, clockOffsetMs }: TimeLineProps) {
  const nowMs = useNow() + clockOffsetMs;
  const height = rows.length * ROW + 16;
  return (
    <section className="time-line" aria-label="Time line">
      <svg
        viewBox={`0 0 ${NAME + WIDTH} ${height}`}
        preserveAspectRatio="none"
        style={{ height }}
        role="img"
        aria-label="States over the last minute"
      >
        {MARKS_S.map((seconds) => {
          const x = NAME + WIDTH * (1 - (seconds * 1000) / SPAN_MS);
          return <line key={seconds} x1={x} x2={x} y1={0} y2={height - 14} className="mark" />;
        })}
        {rows.map((row, index) => (
          <g key={row.actor.path} transform={`translate(${NAME} ${index * ROW})`}>
            {segmentsOf(row, nowMs).map(({ fromMs, toMs, state }) => {
              const x = WIDTH * (1 - (nowMs - fromMs) / SPAN_MS);
              const width = Math.max(WIDTH_MIN, (WIDTH * (toMs - fromMs)) / SPAN_MS);
              return (
                <rect key={fromMs} x={x} y={2} width={width} height={ROW - 5} className={`part hue-${hueOf(row.chart, state)}`}>
                  <title>{`${state}, ${((toMs - fromMs) / 1000).toFixed(3)} s`}</title>
                </rect>
              );
            })}
          </g>
        ))}
      </svg>
      <div className="names" aria-hidden>
        {rows.map(({ actor }) => (
          <span key={actor.path} title={actor.path} style={{ height: ROW }}>
            {actor.id}
          </span>
        ))}
      </div>
      <div className="marks" aria-hidden>
        {MARKS_S.map((seconds) => (
          <span key={seconds}>{seconds === 0 ? 'now' : `−${seconds} s`}</span>
        ))}
      </div>
    </section>
  );
}

interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: string;
}

/** The states of an actor within the span, oldest first. Before its first step it was in the state that this left. */
function segmentsOf({ actor, chart, steps }: TimeLineRow, nowMs: number): readonly Segment[] {
  const startMs = nowMs - SPAN_MS;
  const changes: { readonly t: number; readonly state: string }[] = [];
  for (const step of steps) {
    const state = stateAfter(chart, step);
    if (state !== undefined && state !== changes.at(-1)?.state) changes.push({ t: step.t, state });
  }
  const [first] = steps;
  const before = first === undefined ? actor.state : (chart.boxes.find(({ id }) => id === first.from)?.path ?? actor.state);
  const all = [{ t: -Infinity, state: before }, ...changes];
  return all.flatMap(({ t, state }, index) => {
    const toMs = Math.min(nowMs, all[index + 1]?.t ?? nowMs);
    const fromMs = Math.max(t, startMs);
    return toMs <= startMs || state === '' || fromMs > nowMs ? [] : [{ fromMs, toMs: Math.max(toMs, fromMs), state }];
  });
}

/** One of eight colours, by the place of the outermost state in the machine. */
function hueOf({ boxes }: ChartLayout, state: string): number {
  const outer = boxes.filter(({ path }) => !path.includes('.'));
  return (
    Math.max(
      0,
      outer.findIndex(({ path }) => path === state.split(/[.,]/)[0]),
    ) % 8
  );
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 200);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
