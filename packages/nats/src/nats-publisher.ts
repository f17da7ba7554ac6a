import type { Agent } from '@limpet/agent';
import type { Clock } from '@limpet/driver';
import type { Log } from '@limpet/model';
import { createActor, fromPromise } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { BatchPump } from './batch-pump.ts';
import { EventPump } from './event-pump.ts';
import { linkMachine } from './link.machine.ts';
import type { ConnectBus, MessageBus } from './message-bus.ts';
import { NATS_METRICS } from './metrics.ts';
import type { Pump } from './pump.ts';
import { ScrapeResponder } from './scrape-responder.ts';
import { TargetResponder } from './target-responder.ts';

/** Batches that may wait for the link; a target's next ones are refused beyond it, counted and told. */
const BATCH_COUNT_MAX = 1_024;

export interface NatsPublisherOptions {
  readonly agent: Agent;
  /** How to reach the servers: `natsBus(…)`, or a double. */
  readonly connect: ConnectBus;
  readonly clock: Clock;
  readonly log: Log;
  /** First token of every subject; `limpet` by default. */
  readonly prefix?: string;
  /** URI of the agent, as `source` of its events. */
  readonly source: string;
  /** Whether the samples of every scrape are published too; false by default. */
  readonly withBatches?: boolean;
  readonly batchCountMax?: number;
  /** Whether requests on `<prefix>.scrape` and `<prefix>.targets.*.*` are answered; false by default. */
  readonly takesRequests?: boolean;
  readonly inspect?: (event: InspectionEvent) => void;
}

/** A link to NATS that runs. */
export interface NatsPublisher {
  /** `connecting`, `publishing`, `waiting`, `draining`, `closed`. */
  readonly state: () => string;
  /** Why the link is down, or was last. */
  readonly failure: () => string | undefined;
  /** Publishes what waits, if there is a connection, and ends. After the agent has stopped. Idempotent. */
  close(): Promise<void>;
}

/**
 * Publishes the life-cycle events of an agent, and its batches if asked, to NATS JetStream. Begin before `agent.start()`, so
 * that nothing is missed. Nothing here blocks scraping: events wait among those that the agent keeps, batches in a bounded
 * stream.
 */
export function publishToNats(options: NatsPublisherOptions): NatsPublisher {
  const pumps = makePumps(options);
  const link = createActor(bindLink(options, pumps), {
    id: 'nats',
    clock: options.clock,
    ...(options.inspect && { inspect: options.inspect }),
  });
  const ended = new Promise<void>((resolve) => {
    link.subscribe({ complete: resolve, error: () => resolve() });
  });
  link.start();
  return {
    state: () => link.getSnapshot().value,
    failure: () => link.getSnapshot().context.failure ?? undefined,
    close: async () => {
      link.send({ type: 'stop' });
      await ended;
      for (const pump of pumps) pump.close();
    },
  };
}

function makePumps(options: NatsPublisherOptions): readonly Pump[] {
  const { agent, prefix = 'limpet', source, withBatches = false, batchCountMax, log } = options;
  const { selfMetrics } = agent;
  const counted = (kind: string) => (count: number) => selfMetrics.add(NATS_METRICS.published, [kind], count);
  const pumps: Pump[] = [new EventPump({ agent, prefix, source, onPublished: counted('event') })];
  if (options.takesRequests === true) pumps.push(new ScrapeResponder({ agent, prefix }), new TargetResponder({ agent, prefix }));
  if (!withBatches) return pumps;
  const stream = agent.batches({ name: 'nats', batchCountMax: batchCountMax ?? BATCH_COUNT_MAX });
  const batches = new BatchPump({
    stream,
    prefix,
    onPublished: counted('batch'),
    onTooLarge: ({ job, targetId, bytes }) => {
      selfMetrics.add(NATS_METRICS.tooLarge, [], 1);
      log.warn('a batch does not fit a message', { code: 'LIMPET_NATS_TOO_LARGE', scrape_pool: job, target: targetId, bytes });
    },
  });
  return [...pumps, batches];
}

/** The link's machine on a connection that it may lose and make again. */
function bindLink({ connect, agent, log }: NatsPublisherOptions, pumps: readonly Pump[]): typeof linkMachine {
  let bus: MessageBus | undefined;
  const connected = (): MessageBus => {
    if (bus === undefined) throw new Error('there is no connection');
    return bus;
  };
  return linkMachine.provide({
    actors: {
      connect: fromPromise<void>(async ({ signal }) => {
        const made = await connect(signal);
        if (signal.aborted) made.close();
        else bus = made;
      }),
      publish: fromPromise<void>(async ({ signal }) => {
        const using = connected();
        const lost = using.lost.then((error) => {
          throw error;
        });
        const over = new AbortController(); // fires when the connection is lost as well: XState's own does not
        try {
          await Promise.race([lost, Promise.all(pumps.map((pump) => pump.run(using, AbortSignal.any([signal, over.signal]))))]);
        } finally {
          over.abort();
        }
      }),
      drain: fromPromise<void>(async () => {
        for (const pump of pumps) await pump.drain(connected());
      }),
    },
    actions: {
      reportUp: () => {
        agent.selfMetrics.set(NATS_METRICS.connected, [], 1);
        log.info('the link to NATS is up');
      },
      reportDown: ({ context: { failure, failureCount } }) => {
        agent.selfMetrics.set(NATS_METRICS.connected, [], 0);
        agent.selfMetrics.add(NATS_METRICS.linkFailures, [], 1);
        const fields = { code: 'LIMPET_NATS_LINK', err: failure ?? '', failures: failureCount };
        if (failureCount <= 1) log.warn('the link to NATS is down', fields);
        else log.debug('the link to NATS is still down', fields); // an outage is told once, not with every attempt
      },
      disconnect: () => {
        bus?.close();
        bus = undefined;
      },
    },
  });
}
