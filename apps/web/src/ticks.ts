import { PREFIX } from './prefix.ts';

/** One tick of a target: RFC 3339 times, what became of it, and why it failed, if it did. */
export interface Tick {
  readonly at: string;
  readonly outcome: string;
  readonly reason: string;
}

/** The last ticks of a target, oldest first, and the newest gap in them with what to look at. */
export interface TickHistory {
  readonly ticks: readonly Tick[];
  readonly gap: { readonly tick: Tick; readonly meaning: string; readonly hint: string } | undefined;
}

interface GapsAnswer {
  readonly data?: {
    readonly targets: readonly {
      readonly ticks: readonly Tick[];
      readonly explanation: { readonly found: boolean; readonly tick?: Tick; readonly meaning?: string; readonly hint?: string };
    }[];
  };
}

/** What became of the last ticks of a loop; no ticks where the agent does not know it any more. */
export async function fetchTicks(id: string, signal: AbortSignal): Promise<TickHistory> {
  const response = await fetch(`${PREFIX}/api/v1/limpet/gaps?${new URLSearchParams({ target: id }).toString()}`, { signal });
  if (!response.ok && response.status !== 404) throw new Error(`gaps answered ${response.status}`);
  const { data } = (await response.json()) as GapsAnswer;
  const [target] = data?.targets ?? [];
  const { tick, meaning = '', hint = '' } = target?.explanation ?? {};
  return { ticks: target?.ticks ?? [], gap: tick === undefined ? undefined : { tick, meaning, hint } };
}

/** `failed (timeout)`. */
export function tickWord({ outcome, reason }: Tick): string {
  return reason === '' ? outcome : `${outcome} (${reason})`;
}

/** `118 scraped, 2 failed`, the most frequent first. */
export function tickSummary(ticks: readonly Tick[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of ticks) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** The colour class of an outcome: scraped, scraped late, failed, or no sample at all. */
export function tickTone(outcome: string): 'good' | 'late' | 'bad' | 'lost' {
  if (outcome === 'scraped') return 'good';
  if (outcome === 'late') return 'late';
  return outcome === 'failed' ? 'bad' : 'lost';
}
