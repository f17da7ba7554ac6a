import { PREFIX } from './prefix.ts';
import type { Labels } from './target.ts';

/** Seconds since the epoch and values, as uPlot wants them; `null` is a gap. */
export interface HistoryLine {
  readonly seconds: readonly number[];
  readonly values: readonly (number | null)[];
}

interface HistoryAnswer {
  readonly data?: {
    readonly series: readonly { readonly timestampsMs: readonly number[]; readonly values: readonly (number | string | null)[] }[];
  };
}

/** Recent samples of one report series of a target; empty where the store has none. Rejects where the store is off. */
export async function fetchHistory(metric: string, labels: Labels, fromMs: number, signal: AbortSignal): Promise<HistoryLine> {
  const match = JSON.stringify({ __name__: metric, ...labels });
  const words = new URLSearchParams({ match, from: String(fromMs) });
  const response = await fetch(`${PREFIX}/api/v1/limpet/history?${words.toString()}`, { signal });
  if (!response.ok) throw new Error(`history answered ${response.status}`);
  const { data } = (await response.json()) as HistoryAnswer;
  const [line] = data?.series ?? [];
  return {
    seconds: (line?.timestampsMs ?? []).map((ms) => ms / 1000),
    values: (line?.values ?? []).map((value) => (typeof value === 'number' ? value : null)),
  };
}
