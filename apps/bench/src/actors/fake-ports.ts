import type { Driver } from '@limpet/driver';
import type { HttpClient, HttpOutcome } from '@limpet/http-client';
import type { LoopDirectory, LoopLedgers, ScrapePorts } from '@limpet/scrape';

type FetchPort = Pick<ScrapePorts, 'isSlotFree' | 'startFetch' | 'cancelFetch' | 'release'>;
type AppendPort = Pick<ScrapePorts, 'isAppendShort' | 'startAppend' | 'cancelAppend' | 'startMarking' | 'release'>;

const EMPTY: HttpOutcome = {
  ok: true,
  status: 200,
  statusText: 'OK',
  headers: { 'content-type': 'text/plain' },
  body: new Uint8Array(),
  wireBytes: 0,
};

/** A client whose targets answer at once, with nothing. */
export function instantClient(): HttpClient {
  return { connect: () => ({ send: () => Promise.resolve(EMPTY), close: () => {} }), close: () => {} };
}

/** Grants every slot and answers it in the same turn: the machines without p-queue, promises and requests. */
export function directFetchPort(driver: Pick<Driver, 'accept'>, directory: LoopDirectory): FetchPort {
  return {
    isSlotFree: () => true,
    startFetch({ loopId, seq, hasSlot }) {
      if (hasSlot !== true) driver.accept({ kind: 'derived', key: loopId }, () => directory.tell(loopId, { type: 'slotGranted', seq }));
      driver.accept({ kind: 'derived', key: loopId }, () => directory.tell(loopId, { type: 'response', seq, handle: seq, bytes: 0 }));
    },
    cancelFetch: () => {},
    release: () => {},
  };
}

/** Appends nothing and says so; counts. */
export class CountingAppendPort implements AppendPort {
  /** Scrapes that ended. */
  scrapes = 0;
  readonly #driver: Pick<Driver, 'accept'>;
  readonly #directory: LoopDirectory;
  readonly #ledgers: LoopLedgers;

  constructor(driver: Pick<Driver, 'accept'>, directory: LoopDirectory, ledgers: LoopLedgers) {
    this.#driver = driver;
    this.#directory = directory;
    this.#ledgers = ledgers;
  }

  isAppendShort(): boolean {
    return true;
  }

  startAppend({ loopId, seq, outcome, isAtOnce }: Parameters<ScrapePorts['startAppend']>[0]): void {
    if (outcome.kind !== 'response') throw new Error(`a scrape ended with ${outcome.kind}`);
    this.scrapes++;
    if (isAtOnce === true) {
      this.#ledgers.settled(loopId, seq, { reason: undefined, isWritten: true });
      return;
    }
    this.#driver.accept({ kind: 'derived', key: loopId }, () => {
      this.#ledgers.settled(loopId, seq, { reason: undefined, isWritten: true });
      this.#directory.tell(loopId, { type: 'appended', seq });
    });
  }

  cancelAppend(): void {}

  startMarking({ loopId }: { readonly loopId: string }): void {
    this.#driver.accept({ kind: 'derived', key: loopId }, () => this.#directory.tell(loopId, { type: 'marked' }));
  }

  release(): void {}
}
