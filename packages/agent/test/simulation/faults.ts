import type { discoveryMachine } from '@limpet/discovery';
import type { Driver } from '@limpet/driver';
import type { LoopsEvent, LoopsLogic, poolMachine, scrapeMachine } from '@limpet/scrape';
import { assign } from 'xstate';
import type { Fault } from './subject.ts';

type Discovery = typeof discoveryMachine;
type Scrape = typeof scrapeMachine;
type Pool = typeof poolMachine;

/** The root does not wait for scrape, nor does it cut it off. */
export const flushesEarly: Fault = {
  root: (machine) => machine.provide({ actions: { stopScrape: () => {}, cutScrape: () => {} }, delays: { scrapeStopDeadline: 0 } }),
};

/** A reload that is asked for during a round is forgotten. */
export const losesReloads: Fault = {
  root: (machine) =>
    machine.provide({
      actions: {
        keepRequest: assign(({ context, self }, { requestId }: { readonly requestId: string }) => ({
          waitingIds: isConfiguring(self.getSnapshot().value) ? context.waitingIds : [...context.waitingIds, requestId],
        })),
      },
    }),
};

/** Discovery finds targets and tells nobody. */
export const doesNotPublish: Fault = {
  ports: (ports) => ({ ...ports, discovery: (ports.discovery as Discovery).provide({ actions: { announceTargets: () => {} } }) }),
};

/** The manager takes a configuration for applied before its pools have answered. */
export const doesNotWait: Fault = {
  ports: (ports) => ({ ...ports, scrape: (ports.scrape as Scrape).provide({ guards: { allAnswered: () => true } }) }),
};

/** Answers of the append port that get lost while `every` is above 0: each so many-th of them. */
export class LostAppends implements Fault {
  every: number;
  /** An append that is done at once has no answer to lose. */
  readonly options = { shortBodyBytesMax: -1 };
  #count = 0;

  constructor(every: number) {
    this.every = every;
  }

  readonly driver = (driver: Driver): void => {
    const accept = driver.accept.bind(driver);
    const losing: Driver['accept'] = (input, deliver) => {
      if (input.key.startsWith('append:') && this.every > 0 && ++this.#count % this.every === 0) return;
      accept(input, deliver);
    };
    Object.assign(driver, { accept: losing });
  };
}

/** Supervisors do not hear of a loop that has released its target. */
export const loopsDoNotRelease: Fault = withPool((pool) => deafTo(pool, 'loopReleased'));

/** Supervisors do not stop their loops when they are told to: the pool has to help itself. */
export const loopsDoNotStop: Fault = withPool((pool) => deafTo(pool, 'stopAll'));

/** The same, and the pool waits for them without end. */
export const poolsWaitForEver: Fault = withPool((pool) => deafTo(pool, 'stopAll').provide({ delays: { stopDeadline: 10_000_000 } }));

function withPool(spoil: (pool: Pool) => Pool): Fault {
  return {
    ports: (ports) => {
      const scrape = ports.scrape as Scrape;
      const pool = scrape.implementations.actors['pool'] as Pool;
      return { ...ports, scrape: scrape.provide({ actors: { pool: spoil(pool) } }) };
    },
  };
}

function deafTo(pool: Pool, type: LoopsEvent['type']): Pool {
  const loops = pool.implementations.actors['loops'] as LoopsLogic;
  const transition: LoopsLogic['transition'] = (snapshot, event, scope) =>
    event.type === type ? snapshot : loops.transition(snapshot, event, scope);
  return pool.provide({ actors: { loops: { ...loops, transition } } });
}

function isConfiguring(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'configuring' in value;
}
