import assert from 'node:assert/strict';
import test from 'node:test';
import { settled, VirtualClock } from '@limpet/driver';
import type { HttpClient } from '@limpet/http-client';
import { succeeded } from '@limpet/model';
import { configText } from '../src/config-source.ts';
import { MemoryConsumer } from '../src/consumer/memory-consumer.ts';
import { createAgent } from '../src/create-agent.ts';

const BODY = '# TYPE a counter\na_total 5\na_created 1\n# EOF\n';
const CONFIG = 'scrape_configs: [{job_name: j, scrape_interval: 10s, static_configs: [{targets: [t]}]}]';

/** A client of which every connection answers with the body at once. */
function answering(body: string): HttpClient {
  const headers = { 'content-type': 'application/openmetrics-text; version=1.0.0' };
  const bytes = new TextEncoder().encode(body);
  return {
    connect: () => ({
      send: () => Promise.resolve({ ok: true, status: 200, statusText: 'OK', headers, body: bytes, wireBytes: bytes.length }),
      close: () => {},
    }),
    close: () => {},
  };
}

/** What an agent with features scraped in 40 s, report series apart: `name{labels} value`. */
async function scrapedWith(features: readonly string[]): Promise<Set<string>> {
  const clock = new VirtualClock({ wallMs: 1_700_000_000_000 });
  const consumers: MemoryConsumer[] = [];
  const agent = createAgent({
    config: configText(CONFIG),
    features,
    reloadOnStartup: true,
    consumers: [
      (registry) => {
        const consumer = new MemoryConsumer({ registry });
        consumers.push(consumer);
        return consumer;
      },
    ],
    ports: { clock, openHttpClient: () => Promise.resolve(succeeded(answering(BODY))) },
  });
  await agent.start();
  for (let second = 0; second < 40; second++) {
    clock.advance(1_000);
    await settled();
  }
  const samples = consumers.flatMap((consumer) => consumer.samples());
  const stopped = agent.stop();
  for (let second = 0; second < 40; second++) {
    clock.advance(1_000);
    await settled();
  }
  await stopped;
  return new Set(
    samples
      .map(({ labels, value }) => {
        const { __name__: name = '', instance: _, job: __, ...others } = Object.fromEntries(labels);
        return `${name}${Object.values(others).join()} ${value}`;
      })
      .filter((line) => line.startsWith('a_')),
  );
}

test('S-157 S-160 S-161 the features of an agent reach its scrapes', async () => {
  assert.deepEqual(await scrapedWith([]), new Set(['a_total 5', 'a_created 1']));
  assert.deepEqual(await scrapedWith(['type-and-unit-labels', 'no-such']), new Set(['a_totalcounter 5', 'a_createdcounter 1']));
  assert.deepEqual(await scrapedWith(['created-timestamp-zero-ingestion']), new Set(['a_total 0', 'a_total 5']));
});
