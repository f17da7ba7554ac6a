import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '@limpet/config';
import type { ScrapeConfig } from '@limpet/config';
import { settled, VirtualClock } from '@limpet/driver';
import type { HttpClient, HttpOutcome } from '@limpet/http-client';
import { failed, labelsText, succeeded } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { targetsFromGroups } from '@limpet/scrape';
import type { Target } from '@limpet/scrape';
import { scrapeOnce } from './scrape-once.ts';

const CONFIG = `
scrape_configs:
  - job_name: node
    scrape_timeout: 3s
    static_configs: [{targets: ['a:1'], labels: {zone: north}}]
    metric_relabel_configs: [{source_labels: [__name__], regex: go_.*, action: drop}]
`;

function jobAndTarget(): { readonly config: ScrapeConfig; readonly target: Target } {
  const parsed = parseConfig({ file: 'prometheus.yml', text: CONFIG });
  assert(parsed.ok);
  const [config] = parsed.value.config.scrapeConfigs;
  const [sd] = config?.serviceDiscovery ?? [];
  assert(config !== undefined && sd?.mechanism === 'static');
  const [target] = targetsFromGroups(sd.groups, config, compileRules([], 'utf8')).targets.values();
  assert(target !== undefined);
  return { config, target };
}

const answer = (text: string): HttpOutcome => {
  const body = Buffer.from(text);
  return { ok: true, status: 200, statusText: 'OK', headers: { 'content-type': 'text/plain' }, body, wireBytes: body.length };
};

/** Time that goes on with every look at it, as on a busy machine. */
class HastyClock extends VirtualClock {
  readonly #readingTakesMs: number;
  #readCount = 0;

  constructor(readingTakesMs: number) {
    super();
    this.#readingTakesMs = readingTakesMs;
  }

  override wall(): number {
    return super.wall() + this.#readCount++ * this.#readingTakesMs;
  }
}

/** Scrapes a target that gives this outcome after a while, in virtual time. */
async function scrapeScripted(takesMs: number, outcome: HttpOutcome, readingTakesMs = 0) {
  const clock = new HastyClock(readingTakesMs);
  let closedCount = 0;
  const client: HttpClient = {
    connect: () => ({
      send: ({ signal }) =>
        new Promise((resolve) => {
          clock.setTimeout(() => resolve(outcome), takesMs);
          signal.addEventListener('abort', () => resolve({ ok: false, reason: 'aborted', error: 'aborted' }));
        }),
      close: () => {},
    }),
    close: () => closedCount++,
  };
  const scraping = scrapeOnce({ ...jobAndTarget(), ports: { clock, openHttpClient: () => Promise.resolve(succeeded(client)) } });
  await clock.advanceSettled(5_000, settled);
  const result = await scraping;
  assert(result.ok);
  assert.equal(closedCount, 1);
  return { ...result.value, clock };
}

test('one scrape hands over the samples and report series of the loop, and says how long each phase took', async () => {
  const { error, samples, phases, bodyBytes, contentType } = await scrapeScripted(40, answer('a 1\nb{c="d"} 2 1000\ngo_x 3\n'));
  assert.equal(error, undefined);
  assert.deepEqual(
    samples.filter(({ isReport }) => !isReport).map(({ labels, value, hasOwnTimestamp }) => [labelsText(labels), value, hasOwnTimestamp]),
    [
      ['a{instance="a:1", job="node", zone="north"}', 1, false],
      ['b{c="d", instance="a:1", job="node", zone="north"}', 2, true],
    ],
  );
  const report = samples.filter(({ isReport }) => isReport).map(({ labels, value }) => [labels[0]?.[1], value]);
  assert.deepEqual(report.slice(0, 4), [
    ['up', 1],
    ['scrape_duration_seconds', 0.04],
    ['scrape_samples_scraped', 3],
    ['scrape_samples_post_metric_relabeling', 2],
  ]);
  assert.deepEqual([bodyBytes, contentType], [27, 'text/plain']);
  assert.deepEqual(phases, { queueMs: 0, fetchMs: 40, appendMs: 0 });
});

test('a target that is down is an outcome: its report series say so', async () => {
  const { error, samples } = await scrapeScripted(5, { ok: false, reason: 'connectionRefused', error: 'connection refused' });
  assert.match(error ?? '', /connection refused/);
  assert.equal(samples.length, 5);
  assert.equal(samples[0]?.value, 0);
});

test('a target that does not answer is given up after its timeout', async () => {
  const { error, phases } = await scrapeScripted(60_000, answer(''));
  assert.match(error ?? '', /context deadline exceeded/);
  assert.equal(phases.fetchMs, 3_000);
});

test('a scrape begins at once, however slowly the machine gets there', async () => {
  const { error } = await scrapeScripted(1, answer('a 1\n'), 7);
  assert.equal(error, undefined);
});

test('a client that cannot be opened fails the scrape before it begins', async () => {
  const refusal = new Error('no such certificate');
  const ports = { clock: new VirtualClock(), openHttpClient: () => Promise.resolve(failed(refusal)) };
  assert.deepEqual(await scrapeOnce({ ...jobAndTarget(), ports }), { ok: false, error: refusal });
});
