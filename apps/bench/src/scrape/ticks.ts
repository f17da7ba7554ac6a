/** The time in which scrapes are counted, milliseconds on the clock of the arrivals. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
}

/** What became of the ticks of one target, or of many. */
export interface Ticks {
  readonly due: number;
  readonly done: number;
  /** How late each scrape was, against the most punctual one of the same target. */
  readonly latenessMs: readonly number[];
}

/**
 * The ticks of one target, judged from outside by the times at which its scrapes arrived: an agent scrapes on a grid,
 * and the grid lies where its most punctual scrape was. A scrape counts for the grid point that it is nearest to.
 * Arrivals from before and after the window help to find the grid; they should reach half an interval beyond its end.
 */
export function ticksOf(arrivalsMs: readonly number[], { fromMs, toMs, intervalMs }: Window): Ticks {
  const [first] = arrivalsMs;
  if (first === undefined) return { due: Math.floor((toMs - fromMs) / intervalMs), done: 0, latenessMs: [] };
  const indexOf = (atMs: number) => Math.round((atMs - first) / intervalMs);
  const gridMs = Math.min(...arrivalsMs.map((atMs) => atMs - indexOf(atMs) * intervalMs));
  const firstDue = Math.ceil((fromMs - gridMs) / intervalMs);
  const endDue = Math.ceil((toMs - gridMs) / intervalMs);
  const latenessMs = new Map<number, number>();
  for (const atMs of arrivalsMs) {
    const index = Math.round((atMs - gridMs) / intervalMs);
    if (index < firstDue || index >= endDue || latenessMs.has(index)) continue;
    latenessMs.set(index, Math.max(atMs - gridMs - index * intervalMs, 0));
  }
  return { due: endDue - firstDue, done: latenessMs.size, latenessMs: [...latenessMs.values()] };
}

/** The ticks of many targets together. */
export function sumOfTicks(each: readonly Ticks[]): Ticks {
  return {
    due: each.reduce((sum, { due }) => sum + due, 0),
    done: each.reduce((sum, { done }) => sum + done, 0),
    latenessMs: each.flatMap(({ latenessMs }) => latenessMs),
  };
}
