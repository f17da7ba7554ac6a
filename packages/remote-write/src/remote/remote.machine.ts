import { assign, enqueueActions, setup } from 'xstate';
import { EVALUATE_INTERVAL_MS, OPENING_GRACE_MS } from '../limits.ts';
import type { RemoteWritePorts } from '../ports.ts';
import { bindShard, shardMachine } from '../shard/shard.machine.ts';
import type { RemoteContext, RemoteEvent, RemoteInput } from './remote-events.ts';

interface OfShard {
  readonly shardId: string;
}

const enqueueOwn = enqueueActions<RemoteContext, RemoteEvent, undefined, RemoteEvent, never, never, never, never, never>;
const enqueueWithShard = enqueueActions<RemoteContext, RemoteEvent, OfShard, RemoteEvent, never, never, never, never, never>;

const remote = setup({
  types: { input: {} as RemoteInput, context: {} as RemoteContext, events: {} as RemoteEvent },
  actors: { shard: shardMachine },
  actions: {
    attach: notProvided('attach'),
    openQueue: notProvided('openQueue'),
    feedShards: notProvided('feedShards'),
    pauseFeed: notProvided('pauseFeed'),
    drainLog: notProvided('drainLog'),
    evaluate: notProvided('evaluate'),
    release: notProvided('release'),
    noteCrash: notProvidedForShard('noteCrash'),
    noteStop: assign({ stopAsked: true }),
    noteWish: assign((_, { shards }: { readonly shards: number }) => ({ nextShards: shards })),
    adoptWish: assign(({ context }) => ({ shards: context.nextShards })),
    spawnShards: assign(({ context, spawn }) => {
      const { remote, timing, shards, liveShards } = context;
      const ids = Array.from({ length: shards }, (_, index) => shardId(index));
      ids.forEach((id, index) => {
        if (!liveShards.includes(id)) spawn('shard', { id, input: { remote, shard: index, timing } });
      });
      return { liveShards: ids };
    }),
    reap: enqueueWithShard(({ context, enqueue }, { shardId }) => {
      enqueue.stopChild(shardId);
      enqueue.assign({ liveShards: context.liveShards.filter((id) => id !== shardId) });
    }),
    flushShards: enqueueOwn(({ context, enqueue }) => {
      for (const id of context.liveShards) enqueue.sendTo(id, { type: 'flush' });
    }),
    abortShards: enqueueOwn(({ context, enqueue }) => {
      for (const id of context.liveShards) enqueue.sendTo(id, { type: 'abort' });
    }),
  },
  guards: {
    isStopAsked: ({ context }) => context.stopAsked,
    allShardsEnded: ({ context }) => context.liveShards.length === 0,
    isOther: ({ context }, { shards }: { readonly shards: number }) => shards !== context.shards,
  },
  delays: {
    openDeadline: ({ context }) => context.flushDeadlineMs + OPENING_GRACE_MS,
    evaluateInterval: EVALUATE_INTERVAL_MS,
    flushDeadline: ({ context }) => context.flushDeadlineMs,
  },
});

const replaceShards = ['adoptWish', 'feedShards', 'spawnShards'] as const;

/**
 * One receiver: its shards, how many of them there are, and its end.
 *
 *   opening ──opened──▶ running ──evaluated [other count]──▶ resharding ──all shards ended──▶ running
 *   running, resharding ──stop──▶ flushing ──everything sent, flushDeadline, abort──▶ stopped
 */
export const remoteMachine = remote.createMachine({
  id: 'remote',
  context: ({ input }) => ({ ...input, shards: 0, nextShards: input.minShards, liveShards: [], stopAsked: false }),
  initial: 'opening',
  entry: 'attach',
  on: {
    abort: '.stopped',
    opened: {}, // an answer that came too late
    evaluated: {},
    logDrained: {},
    stop: {},
    ...childEvents({
      'xstate.done.actor.*': { actions: { type: 'reap', params: shardOf } },
      'xstate.error.actor.*': {
        actions: [
          { type: 'noteCrash', params: shardOf },
          { type: 'reap', params: shardOf },
        ],
      },
    }),
  },
  states: {
    opening: {
      description: 'Waits until the queues that this one replaces have ended. Batches collect in the log.',
      entry: 'openQueue',
      on: {
        opened: [
          { guard: 'isStopAsked', target: 'flushing', actions: replaceShards },
          { target: 'running', actions: replaceShards },
        ],
        stop: { actions: 'noteStop' },
      },
      after: {
        openDeadline: [
          { guard: 'isStopAsked', target: 'stopped' },
          { target: 'opening', reenter: true },
        ],
      },
    },
    running: {
      description: 'Batches flow through the shards. A shard that broke starts again at the next evaluation.',
      tags: 'live',
      on: {
        evaluated: {
          guard: { type: 'isOther', params: ({ event }) => ({ shards: event.shards }) },
          target: 'resharding',
          actions: { type: 'noteWish', params: ({ event }) => ({ shards: event.shards }) },
        },
        stop: 'flushing',
      },
      after: { evaluateInterval: { target: 'running', reenter: true, actions: ['spawnShards', 'evaluate'] } },
    },
    resharding: {
      description: 'The old shards send what they hold; new ones start when all have ended, so order per series holds.',
      tags: 'busy',
      entry: ['pauseFeed', 'flushShards'],
      always: { guard: 'allShardsEnded', target: 'running', actions: replaceShards },
      on: { stop: 'flushing.replacing' },
      after: { flushDeadline: { actions: 'abortShards' } },
    },
    flushing: {
      description: 'Nothing new is taken; what was taken is delivered as far as the deadline allows.',
      tags: 'ending',
      initial: 'feeding',
      after: { flushDeadline: 'stopped' },
      states: {
        replacing: {
          description: 'A stop came during resharding: the old shards end first.',
          always: { guard: 'allShardsEnded', target: 'feeding', actions: replaceShards },
        },
        feeding: {
          description: 'The log empties into the shards, which go on as usual.',
          entry: 'drainLog',
          on: { logDrained: 'draining' },
        },
        draining: {
          description: 'The shards send what they hold and end.',
          entry: 'flushShards',
          always: { guard: 'allShardsEnded', target: '#remote.stopped' },
        },
      },
    },
    stopped: { type: 'final', description: 'Everything is released; what is left counts as failed.', entry: 'release' },
  },
});

/** The machine with its effects and shards. Call once a process, not once an actor. */
export function bindRemote(ports: RemoteWritePorts): typeof remoteMachine {
  return remoteMachine.provide({
    actors: { shard: bindShard(ports) },
    actions: {
      attach: ({ context, self }) => ports.attachRemote(context.remote, (event) => self.send(event)),
      openQueue: ({ context }) => ports.openQueue(context.remote),
      feedShards: ({ context }) => ports.startShards(context.remote, context.shards),
      pauseFeed: ({ context }) => ports.pauseFeed(context.remote),
      drainLog: ({ context }) => ports.drainLog(context.remote),
      evaluate: ({ context }) => ports.evaluate(context.remote, context.shards),
      release: ({ context }) => ports.release(context.remote),
      noteCrash: ({ context }, { shardId }) => ports.shardCrashed({ remote: context.remote, shard: shardIndex(shardId) }),
    },
  });
}

function shardId(index: number): string {
  return `shard:${index}`;
}

function shardIndex(id: string): number {
  return Number(id.slice('shard:'.length));
}

/** The shard that an `xstate.done.actor.*` or `xstate.error.actor.*` event is about. */
function shardOf({ event }: { readonly event: object }): OfShard {
  return { shardId: (event as { readonly actorId: string }).actorId };
}

/** Handlers for the end of a child. XState keeps these events out of the machine's union, so they are attached untyped. */
function childEvents(handlers: Readonly<Record<`xstate.${'done' | 'error'}.actor.*`, unknown>>): object {
  return handlers;
}

function notProvided(name: string): () => never {
  return () => {
    throw new Error(`the port behind "${name}" is not provided`);
  };
}

function notProvidedForShard(name: string): (_: unknown, params: OfShard) => never {
  return notProvided(name);
}
