import { PREFIX } from '../prefix.ts';
import { heard, NOTHING } from './inspect-state.ts';
import type { InspectMessage, InspectState } from './inspect-state.ts';

const TYPES = ['hello', 'tree', 'actor', 'gone', 'step', 'detail', 'counts', 'gap'] as const;

let current: InspectState = NOTHING;
let source: EventSource | undefined;
let spotlight: string | undefined;
let waiting: InspectMessage[] = [];
let frame = 0;
const listeners = new Set<() => void>();

/** For `useSyncExternalStore`. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) connect();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    source?.close();
    source = undefined;
  };
}

export function snapshot(): InspectState {
  return current;
}

/** Puts an actor in the spotlight, in place of the one that was there. */
export function choose(path: string | undefined): void {
  if (path === spotlight) return;
  spotlight = path;
  if (listeners.size > 0) connect();
}

function connect(): void {
  source?.close();
  const words = spotlight === undefined ? '' : `?${new URLSearchParams({ spotlight }).toString()}`;
  const stream = new EventSource(`${PREFIX}/-/inspect/events${words}`);
  source = stream;
  for (const type of TYPES) {
    stream.addEventListener(type, ({ data }: MessageEvent<string>) => {
      waiting.push(JSON.parse(data) as InspectMessage);
      frame ||= requestAnimationFrame(publish);
    });
  }
  stream.addEventListener('error', () => {
    current = { ...current, connection: 'lost' };
    frame ||= requestAnimationFrame(publish);
  });
}

/** Once a frame at most, however many messages come. */
function publish(): void {
  frame = 0;
  const messages = waiting;
  waiting = [];
  current = heard(current, messages, Date.now());
  for (const listener of listeners) listener();
}

/** A member of a crowd. */
export interface Member {
  readonly path: string;
  readonly id: string;
  readonly state: string;
}

export interface Members {
  readonly total: number;
  readonly members: readonly Member[];
}

/** Looks for loops; every one of `of` where the search is empty. Rejects where watching is not allowed. */
export async function fetchMembers(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Members> {
  const given = Object.entries(query).filter(([, word]) => word !== '');
  const response = await fetch(`${PREFIX}/-/inspect/actors?${new URLSearchParams(given).toString()}`, { signal });
  if (!response.ok) throw new Error(response.status === 403 ? (await response.text()).trim() : `the agent answered ${response.status}`);
  return (await response.json()) as Members;
}
