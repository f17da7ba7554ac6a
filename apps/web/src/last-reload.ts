import { PREFIX } from './prefix.ts';

/** What a reload did to the scrape loops, by what happened to them. */
export type LoopCounts = Readonly<Record<'added' | 'kept' | 'retargeted' | 'restarted' | 'removed', number>>;

/** The last time that a configuration was loaded, as `status/runtimeinfo` tells it. */
export interface LastReload {
  readonly ok: boolean;
  /** Wall milliseconds. */
  readonly at: number;
  readonly errors: readonly string[];
  readonly loops?: { readonly isSettled: boolean; readonly counts: LoopCounts };
}

interface RuntimeInfo {
  readonly data: { readonly limpet: { readonly lastReload: LastReload | null } };
}

/** Asks the agent; `undefined` where it cannot be asked or has loaded nothing yet. Never rejects. */
export async function readLastReload(signal: AbortSignal): Promise<LastReload | undefined> {
  try {
    const response = await fetch(`${PREFIX}/api/v1/status/runtimeinfo`, { signal });
    if (!response.ok) return undefined;
    return ((await response.json()) as RuntimeInfo).data.limpet.lastReload ?? undefined;
  } catch {
    return undefined; // the connection is lost, which the page says already
  }
}

/** `2 added, 198 kept`; what happened to no loop is left out. */
export function countsText(counts: LoopCounts): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'no loops' : parts.map(([change, count]) => `${count.toLocaleString()} ${change}`).join(', ');
}
