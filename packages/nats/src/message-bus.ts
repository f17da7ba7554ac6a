/** One message on its way. */
export interface BusMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** `Nats-Msg-Id`: a stream keeps the first of equal ids within its window. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A connection whose streams are there. */
export interface MessageBus {
  /** Largest payload that the server takes, bytes. */
  readonly payloadBytesMax: number;
  /** Resolves when the stream has the message. Rejects where it cannot be told. */
  publish(message: BusMessage): Promise<void>;
  /** Answers requests on a subject, with `*` for any token, until the connection ends. The answer is a value, failures included. */
  serve(subject: string, answer: (payload: Uint8Array, subject: string) => Promise<Uint8Array>): void;
  /** Resolves when the connection has ended, with the reason. */
  readonly lost: Promise<Error>;
  close(): void;
}

/** Opens connections. Rejects with what is wrong: servers away, credentials refused, no JetStream. */
export type ConnectBus = (signal: AbortSignal) => Promise<MessageBus>;
