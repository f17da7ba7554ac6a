import { PREFIX } from './prefix.ts';
import { applyMessage } from './target.ts';
import type { Target, TargetsMessage } from './target.ts';

/** What the page knows right now. */
export interface LiveTargets {
  readonly targets: ReadonlyMap<string, Target>;
  readonly connection: 'connecting' | 'live' | 'lost';
  /** Changes of the configuration that were told of, tried ones included. */
  readonly configChangeCount: number;
}

let current: LiveTargets = { targets: new Map(), connection: 'connecting', configChangeCount: 0 };
const listeners = new Set<() => void>();
let source: EventSource | undefined;

/** For `useSyncExternalStore`: connects with the first reader, ends with the last. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  source ??= connect();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    source?.close();
    source = undefined;
  };
}

export function snapshot(): LiveTargets {
  return current;
}

function connect(): EventSource {
  const stream = new EventSource(`${PREFIX}/api/v1/limpet/live`);
  let isFirst = true;
  stream.addEventListener('open', () => (isFirst = true));
  stream.addEventListener('targets', (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as TargetsMessage;
    // A new connection begins with every target: what was known before may be gone.
    const before = isFirst ? new Map<string, Target>() : current.targets;
    isFirst = false;
    publish({ ...current, targets: applyMessage(before, message), connection: 'live' });
  });
  stream.addEventListener('event', (event: MessageEvent<string>) => {
    const { type } = JSON.parse(event.data) as { readonly type: string };
    if (type.startsWith('config.')) publish({ ...current, configChangeCount: current.configChangeCount + 1 });
  });
  stream.addEventListener('error', () => publish({ ...current, connection: 'lost' }));
  return stream;
}

function publish(next: LiveTargets): void {
  current = next;
  for (const listener of listeners) listener();
}
