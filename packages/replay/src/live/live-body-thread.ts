import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { readBody } from './live-body.ts';

/** What this file is in a thread: it is loaded there as well. */
const ROLE = 'limpet recorded bodies';

interface Order {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Bodies by name; those that are missing or damaged are left out. */
type Loaded = readonly (readonly [name: string, bytes: Uint8Array])[];

/** Reads, inflates and checks bodies in a thread of its own, while the run that needs them goes on with those before. */
export class BodyThread {
  readonly #folder: string;
  readonly #waiting: ((loaded: Loaded) => void)[] = [];
  #worker: Worker | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Answers in the order of asking. Empty where the thread has failed: whoever needs a body reads it then. */
  load(names: readonly string[]): Promise<Loaded> {
    if (names.length === 0) return Promise.resolve([]);
    const { promise, resolve } = Promise.withResolvers<Loaded>();
    this.#waiting.push(resolve);
    const order: Order = { folder: this.#folder, names };
    this.#running().postMessage(order);
    return promise;
  }

  close(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#answerAll();
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL(import.meta.url), { workerData: ROLE, execArgv: [], env: {} });
    worker.on('message', (loaded: Loaded) => this.#waiting.shift()?.(loaded));
    worker.on('error', () => this.close());
    this.#worker = worker;
    return worker;
  }

  #answerAll(): void {
    for (const answer of this.#waiting.splice(0)) answer([]);
  }
}

if (!isMainThread && workerData === ROLE) {
  parentPort?.on('message', ({ folder, names }: Order) => {
    const loaded: [string, Uint8Array][] = [];
    for (const name of names) {
      try {
        const bytes = readBody(folder, name);
        if (bytes !== undefined) loaded.push([name, Uint8Array.from(bytes)]);
      } catch {
        // damaged: who needs it reads it again and says so
      }
    }
    parentPort?.postMessage(
      loaded,
      loaded.map(([, bytes]) => bytes.buffer as ArrayBuffer),
    );
  });
}
