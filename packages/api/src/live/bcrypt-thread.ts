import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** Tells this module, when it is loaded as a thread, that it is the one meant. */
const ROLE = 'limpet-bcrypt';

interface Question {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

interface Answer {
  readonly id: number;
  readonly isEqual: boolean;
}

type Waiting = Pick<PromiseWithResolvers<boolean>, 'resolve' | 'reject'>;

/**
 * Compares passwords with bcrypt hashes in a thread of its own, one after the other: a comparison takes tens of
 * milliseconds of pure arithmetic, which no scrape shall wait for. The thread begins with the first question.
 */
export class BcryptThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #questionCount = 0;

  compare(password: string, hash: string): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const question: Question = { id: ++this.#questionCount, password, hash };
    this.#waiting.set(question.id, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    return promise;
  }

  /** Ends the thread; questions that wait are rejected. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#fail(new Error('the listener has been closed'));
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL(import.meta.url), { workerData: ROLE, execArgv: [], env: {} });
    worker.unref();
    worker.on('message', ({ id, isEqual }: Answer) => {
      this.#waiting.get(id)?.resolve(isEqual);
      this.#waiting.delete(id);
    });
    worker.on('error', (error) => this.#fail(error));
    return worker;
  }

  /** The thread is gone: a later question begins another. */
  #fail(error: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

if (!isMainThread && workerData === ROLE) {
  parentPort?.on('message', ({ id, password, hash }: Question) => {
    const answer: Answer = { id, isEqual: compareSync(password, hash) };
    parentPort?.postMessage(answer);
  });
}
