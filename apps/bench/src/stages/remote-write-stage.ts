import { Driver, VirtualClock } from '@limpet/driver';
import type { HttpClient, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { SeriesRegistry, silentLog, silentMetrics, succeeded } from '@limpet/model';
import { createRemoteWrite } from '@limpet/remote-write';
import { compress, uncompress } from 'snappyjs';
import { parsedConfig } from '../parsed-config.ts';
import { scrapeBatches } from './scrape-batches.ts';
import type { Stage } from './stage.ts';

const INTERVAL_MS = 15_000;
const ACCEPTED: HttpOutcome = { ok: true, status: 204, statusText: 'No Content', headers: {}, body: new Uint8Array(), wireBytes: 0 };

/** A stage of delivery and the last body that it sent. */
export interface RemoteWriteStage extends Stage {
  readonly lastBody: () => Uint8Array;
}

/**
 * A receiver of remote write 1.0 from the batch to the request: queue, encoding, snappy and the machines of a shard.
 * The receiver answers at once. One shard, one request for each batch.
 */
export async function remoteWriteStage(bodies: readonly Uint8Array[], sampleCount: number): Promise<RemoteWriteStage> {
  const registry = new SeriesRegistry();
  const batches = scrapeBatches(bodies, registry);
  const clock = new VirtualClock();
  const driver = new Driver({
    clock,
    onFault: (error) => {
      throw error;
    },
  });
  let sentBody = new Uint8Array();
  let sentCount = 0;
  const send = ({ body = new Uint8Array() }: HttpRequest): Promise<HttpOutcome> => {
    sentBody = new Uint8Array(body);
    sentCount++;
    return Promise.resolve(ACCEPTED);
  };
  const client: HttpClient = { connect: () => ({ send, close: () => {} }), close: () => {} };
  const remoteWrite = createRemoteWrite({
    registry,
    driver,
    log: silentLog,
    metrics: silentMetrics,
    openHttpClient: () => Promise.resolve(succeeded(client)),
    userAgent: 'Limpet/bench',
  });
  const queue = `{max_shards: 1, capacity: ${10 * sampleCount}, max_samples_per_send: ${sampleCount}, sample_age_limit: 0s}`;
  const config = parsedConfig(`remote_write: [{url: 'http://localhost/write', queue_config: ${queue}, metadata_config: {send: false}}]`);
  const applied = await remoteWrite.apply(config);
  if (!applied.ok) throw applied.error;
  await turn();
  return {
    name: 'remote write: queue, encode, snappy',
    sampleCount,
    lastBody: () => sentBody,
    async run(round) {
      const batch = batches[round % batches.length];
      if (batch === undefined) return;
      clock.advance(INTERVAL_MS);
      const before = sentCount;
      const verdict = remoteWrite.append({ ...batch, timestampMs: clock.wall() }, registry.nextSequence());
      if (!verdict.ok) throw new Error(`remote write refused a batch: ${verdict.reason}`);
      await turn(); // the answer of the receiver arrives
      if (sentCount !== before + 1) throw new Error(`remote write sent ${sentCount - before} requests for one batch`);
    },
  };
}

/** Of these, snappy alone. */
export function snappyStage(body: Uint8Array, sampleCount: number): Stage {
  const plain = uncompress(body);
  return {
    name: '  of these, snappy',
    sampleCount,
    run() {
      if (compress(plain).length === 0) throw new Error('nothing was compressed');
    },
  };
}

/** Lets promises settle. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
