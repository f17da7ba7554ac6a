import type { BusMessage, ConnectBus, MessageBus } from '../src/message-bus.ts';

/** A server that can be away, hang, or fail; keeps what it has acknowledged, once for each id. */
export class ScriptedServer {
  readonly stored: BusMessage[] = [];
  payloadBytesMax = 1_000_000;
  isAway = false;
  /** Messages that are taken and whose acknowledgement never comes. */
  isSilent = false;
  readonly services = new Map<string, (payload: Uint8Array, subject: string) => Promise<Uint8Array>>();
  attempts = 0;
  openCount = 0;
  #ends: ((error: Error) => void)[] = [];

  readonly connect: ConnectBus = () => {
    this.attempts++;
    if (this.isAway) return Promise.reject(new Error('refused'));
    this.openCount++;
    const lost = Promise.withResolvers<Error>();
    this.#ends.push(lost.resolve);
    let isOpen = true;
    const bus: MessageBus = {
      payloadBytesMax: this.payloadBytesMax,
      lost: lost.promise,
      publish: (message) => {
        if (!isOpen) return Promise.reject(new Error('the connection has ended'));
        if (!this.stored.some(({ id, subject }) => id === message.id && subject === message.subject)) this.stored.push(message);
        return this.isSilent ? new Promise(() => {}) : Promise.resolve();
      },
      serve: (subject, answer) => void this.services.set(subject, answer),
      close: () => {
        if (isOpen) this.openCount--;
        isOpen = false;
      },
    };
    return Promise.resolve(bus);
  };

  /** All is well again; what waits for an acknowledgement that never comes ends, as by its timeout. */
  recover(): void {
    if (this.isSilent) this.cut();
    this.isAway = false;
    this.isSilent = false;
  }

  /** Every connection breaks. */
  cut(): void {
    for (const end of this.#ends.splice(0)) end(new Error('cut'));
  }

  idsOf(kind: 'events' | 'batches'): readonly string[] {
    return this.stored.filter(({ subject }) => subject.includes(`.${kind}.`)).map(({ id }) => id);
  }
}
