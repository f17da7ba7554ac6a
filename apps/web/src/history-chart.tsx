import { Text, useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { fetchHistory } from './history.ts';
import type { HistoryLine } from './history.ts';
import type { Labels } from './target.ts';

/** How far back the chart looks. */
const SPAN_MS = 15 * 60_000;
const REFRESH_MS = 5_000;
const HEIGHT_PX = 130;

interface HistoryChartProps {
  readonly title: string;
  readonly metric: string;
  readonly labels: Labels;
  readonly unit: string;
  /** Fixed top of the axis; the data decides where undefined. */
  readonly top?: number;
}

/** One report series of a target over the last quarter of an hour, from the embedded store. */
export function HistoryChart({ title, metric, labels, unit, top }: HistoryChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const { line, error } = useHistory(metric, labels);

  useEffect(() => {
    if (frame.current === null || line === undefined || line.seconds.length === 0) return undefined;
    const plot = new UPlot(
      plotOptions({ width: frame.current.clientWidth, isDark: scheme === 'dark', unit, top, title }),
      [line.seconds as number[], line.values as (number | null)[]],
      frame.current,
    );
    return () => plot.destroy();
  }, [line, scheme, unit, top, title]);

  const note = error ?? (line !== undefined && line.seconds.length === 0 ? 'No sample in the last 15 minutes.' : undefined);
  return (
    <section aria-label={title} className="chart">
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {note !== undefined && (
        <Text size="sm" className="note">
          {note}
        </Text>
      )}
      <div ref={frame} data-points={line?.seconds.length ?? 0} />
    </section>
  );
}

function useHistory(metric: string, labels: Labels): { readonly line: HistoryLine | undefined; readonly error: string | undefined } {
  const [line, setLine] = useState<HistoryLine>();
  const [error, setError] = useState<string>();
  const key = JSON.stringify(labels);
  useEffect(() => {
    const controller = new AbortController();
    const load = () =>
      fetchHistory(metric, JSON.parse(key) as Labels, Date.now() - SPAN_MS, controller.signal).then(
        (loaded) => {
          setLine(loaded);
          setError(undefined);
        },
        () => controller.signal.aborted || setError('The embedded store is off: samples go to remote write only.'),
      );
    void load();
    const timer = setInterval(() => void load(), REFRESH_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [metric, key]);
  return { line, error };
}

interface PlotLook {
  readonly width: number;
  readonly isDark: boolean;
  readonly unit: string;
  readonly top: number | undefined;
  readonly title: string;
}

/** uPlot does not follow the colour scheme, so every colour is given. */
function plotOptions({ width, isDark, unit, top, title }: PlotLook): UPlot.Options {
  const ink = isDark ? '#c9c9c9' : '#424242';
  const grid = { stroke: isDark ? '#424242' : '#e0e0e0', width: 1 };
  const line = isDark ? '#4dabf7' : '#1864ab';
  const axis = { stroke: ink, grid, ticks: grid, font: '11px sans-serif' };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), top ?? (high > 0 ? high * 1.1 : 1)] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toLocaleTimeString()) },
      { ...axis, size: 58, values: (_, ticks) => ticks.map((tick) => `${tick}${unit}`) },
    ],
    series: [{}, { label: title, stroke: line, width: 1.5, fill: `${line}22`, points: { show: false } }],
  };
}
