import { hostname } from 'node:os';
import type { Agent } from '@limpet/agent';
import { liveClock } from '@limpet/driver';
import type { Log } from '@limpet/model';
import type { NatsPublisher, StreamNeed } from '@limpet/nats';
import type { NatsOptions } from '../flag/nats-flags.ts';

/** Limits of the streams that are made where the server has none: a day, within a gibibyte each. */
const STREAM_BYTES_MAX = 1024 ** 3;
const STREAM_AGE_MS_MAX = 86_400_000;

export interface NatsLinkOptions {
  readonly agent: Agent;
  readonly nats: NatsOptions;
  /** URL under which the agent is reached from outside. */
  readonly source: string;
  readonly log: Log;
}

/** Begins to publish what happens, and the batches if asked. The library is loaded only where it is needed. */
export async function openNatsLink({ agent, nats, source, log }: NatsLinkOptions): Promise<NatsPublisher> {
  const { natsBus, publishToNats } = await import('@limpet/nats');
  const { servers, prefix, credentialsFile, withBatches, takesRequests } = nats;
  const streams = ['events', ...(withBatches ? ['batches'] : [])].map((kind) => streamOf(prefix, kind));
  return publishToNats({
    agent,
    connect: natsBus({ servers, name: `limpet on ${hostname()}`, streams, ...(credentialsFile !== undefined && { credentialsFile }) }),
    clock: liveClock,
    log,
    prefix,
    source,
    withBatches,
    takesRequests,
  });
}

/** `limpet.events.>` in `LIMPET_EVENTS`. */
function streamOf(prefix: string, kind: string): StreamNeed {
  return {
    name: `${prefix}_${kind}`.toUpperCase(),
    subjects: [`${prefix}.${kind}.>`],
    bytesMax: STREAM_BYTES_MAX,
    ageMsMax: STREAM_AGE_MS_MAX,
  };
}
