import { readFile } from 'node:fs/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, headers, nanos } from '@nats-io/transport-node';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import type { BusMessage, ConnectBus, MessageBus } from '../message-bus.ts';

/** A stream that is made where the server has none of its name. */
export interface StreamNeed {
  readonly name: string;
  readonly subjects: readonly string[];
  /** Oldest messages go beyond it, bytes. */
  readonly bytesMax: number;
  readonly ageMsMax: number;
}

export interface NatsBusOptions {
  /** `nats://host:4222`, `tls://…`; user and password may stand in them. */
  readonly servers: readonly string[];
  /** File of a user's credentials, read anew for each connection. */
  readonly credentialsFile?: string;
  readonly name: string;
  readonly streams: readonly StreamNeed[];
}

/** Longest wait for the acknowledgement of one message, milliseconds. */
const ACK_MS_MAX = 5_000;
const CONNECT_MS_MAX = 5_000;
/** How long a stream remembers the ids of messages: longer than an ordinary restart of a server. */
const DUPLICATE_WINDOW_MS = 120_000;

/** Connections to NATS with JetStream. The library's own reconnecting is off: the link's machine does that, visibly. */
export function natsBus(options: NatsBusOptions): ConnectBus {
  return async (signal) => {
    const connection = await connect(await connectionOptions(options));
    try {
      const manager = await jetstreamManager(connection);
      for (const need of options.streams) await ensureStream(manager, need);
      signal.throwIfAborted();
      return new NatsBus(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
  };
}

async function connectionOptions({ servers, credentialsFile, name }: NatsBusOptions): Promise<ConnectionOptions> {
  const places = servers.map((server) => new URL(server.includes('://') ? server : `nats://${server}`));
  const { username, password } = places[0] ?? { username: '', password: '' };
  return {
    servers: places.map(({ host }) => host),
    name,
    reconnect: false,
    timeout: CONNECT_MS_MAX,
    ...(username !== '' && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(places.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    ...(credentialsFile !== undefined && { authenticator: credsAuthenticator(await readFile(credentialsFile)) }),
  };
}

async function ensureStream(manager: JetStreamManager, { name, subjects, bytesMax, ageMsMax }: StreamNeed): Promise<void> {
  const known = await manager.streams.info(name).catch(() => undefined);
  if (known !== undefined) return; // made by somebody else, with limits of their own
  await manager.streams.add({
    name,
    subjects: [...subjects],
    max_bytes: bytesMax,
    max_age: nanos(ageMsMax),
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  });
}

class NatsBus implements MessageBus {
  readonly payloadBytesMax: number;
  readonly lost: Promise<Error>;
  readonly #connection: NatsConnection;
  readonly #stream: JetStreamClient;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#stream = jetstream(connection);
    this.payloadBytesMax = connection.info?.max_payload ?? 1_048_576;
    this.lost = connection.closed().then((error) => (error instanceof Error ? error : new Error('the connection has ended')));
  }

  async publish({ subject, payload, id, headers: fields }: BusMessage): Promise<void> {
    const head = headers();
    for (const [name, value] of Object.entries(fields)) head.set(name, value);
    await this.#stream.publish(subject, payload, { msgID: id, headers: head, timeout: ACK_MS_MAX });
  }

  serve(subject: string, answer: (payload: Uint8Array, subject: string) => Promise<Uint8Array>): void {
    this.#connection.subscribe(subject, {
      callback: (_, message) => {
        void answer(message.data, message.subject).then((payload) => message.respond(payload));
      },
    });
  }

  close(): void {
    void this.#connection.close();
  }
}
