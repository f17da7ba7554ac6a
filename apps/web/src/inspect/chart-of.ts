import { MACHINE_CHARTS } from 'virtual:machine-charts';
import type { BoxLayout, ChartLayout } from './chart-layout.ts';
import type { Step } from './inspect-state.ts';

const CHARTS: ReadonlyMap<string, ChartLayout> = new Map((MACHINE_CHARTS as readonly ChartLayout[]).map((chart) => [chart.id, chart]));

/** The drawing of a machine; undefined for logic that is none. */
export function chartOf(machine: string | null | undefined): ChartLayout | undefined {
  return machine === null || machine === undefined ? undefined : CHARTS.get(machine);
}

/** The boxes of a dotted state, outermost first; `a.b,c` names two regions. */
export function activeBoxes({ boxes }: ChartLayout, state: string): readonly BoxLayout[] {
  const names = state.split(',');
  return boxes.filter(({ path }) => names.some((name) => name === path || name.startsWith(`${path}.`)));
}

/** The dotted state after a step: as it was told, or where the transition leads. */
export function stateAfter(chart: ChartLayout, step: Step): string | undefined {
  if (step.state !== undefined) return step.state;
  if (step.to === undefined) return undefined;
  let box = chart.boxes.find(({ id }) => id === step.to);
  for (let inner = box; inner !== undefined; inner = chart.boxes.find(({ id }) => id === inner?.initial)) box = inner;
  return box?.path;
}
