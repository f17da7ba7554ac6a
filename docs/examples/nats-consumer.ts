// A back-end that takes the samples of every scrape from NATS JetStream, one message a scrape, and acknowledges each when
// it is done with it. What it does not acknowledge comes again, also after a restart: the consumer is durable.
//   limpet run --nats.url=nats://127.0.0.1:4222 --nats.batches
//   node docs/examples/nats-consumer.ts nats://127.0.0.1:4222 [number of batches]
import { gunzipSync } from 'node:zlib';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { BatchPayload } from '@limpet/nats';

const [url = 'nats://127.0.0.1:4222', count = 'Infinity'] = process.argv.slice(2);
const STREAM = 'LIMPET_BATCHES';
const CONSUMER = 'example';

const connection = await connect({ servers: new URL(url).host });
const manager = await jetstreamManager(connection);
await manager.consumers.add(STREAM, { durable_name: CONSUMER, ack_policy: AckPolicy.Explicit });
const consumer = await jetstream(connection).consumers.get(STREAM, CONSUMER);

let taken = 0;
for await (const message of await consumer.consume()) {
  const isCompressed = message.headers?.get('Content-Encoding') === 'gzip';
  const json = isCompressed ? gunzipSync(message.data).toString() : message.string();
  const { targetId, tick, samples } = JSON.parse(json) as BatchPayload;
  const missed = message.headers?.get('Limpet-Missed-Batches') ?? '';
  if (missed !== '') console.log(`${missed} batches were refused before this one: the link was down for too long`);
  console.log(`${targetId} tick ${tick}: ${samples.length} samples`);
  message.ack();
  if (++taken >= Number(count)) break;
}
await connection.drain();
