import assert from 'node:assert/strict';
import test from 'node:test';
import type { LedgerTick, TargetTicks } from '@limpet/agent';
import { labelsFrom } from '@limpet/model';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';

const START_MS = 1_700_000_000_000;
const tick = (number: number, outcome: LedgerTick['outcome'], reason: LedgerTick['reason'] = ''): LedgerTick => ({
  atMs: START_MS + number * 15_000,
  untilMs: START_MS + (number + 1) * 15_000,
  outcome,
  reason,
});
const ticks = [tick(0, 'scraped'), tick(1, 'failed', 'timeout'), tick(2, 'skippedOverrun'), tick(3, 'late')];
const target = (over: Partial<TargetTicks> = {}): TargetTicks => ({
  id: 'node/h:1#abcdef~1',
  pool: 'node',
  url: 'http://h:1/metrics',
  labels: labelsFrom([['instance', 'h:1']]),
  intervalMs: 15_000,
  totals: { outcomes: { scraped: 1, failed: 1, skippedOverrun: 1, late: 1 }, reasons: { timeout: 1 }, last: ticks[3] },
  ticks,
  ...over,
});

async function gaps(query: Readonly<Record<string, string>>, known: readonly TargetTicks[] = [target()]) {
  const fake = fakeAgent();
  fake.gaps = known;
  const response = await apiAround(fake).api.request(`/api/v1/limpet/gaps?${new URLSearchParams(query).toString()}`);
  const body = (await response.json()) as { readonly error?: string; readonly data?: { readonly targets: readonly TargetJson[] } };
  return { status: response.status, error: body.error, targets: body.data?.targets ?? [] };
}

interface ExplanationJson {
  readonly found: boolean;
  readonly isGap?: boolean;
  readonly tick?: { readonly reason: string };
  readonly hint?: string;
  readonly neighbours?: readonly unknown[];
}

interface TargetJson {
  readonly id: string;
  readonly ticks: readonly unknown[];
  readonly totals: unknown;
  readonly explanation: ExplanationJson;
}

test('the newest gap of a target is explained where no time is given, with what is around it', async () => {
  const { status, targets } = await gaps({ target: 'h:1' });
  assert.equal(status, 200);
  const [found] = targets;
  assert.deepEqual(found?.explanation.tick, {
    at: '2023-11-14T22:13:50Z',
    until: '2023-11-14T22:14:05Z',
    outcome: 'skippedOverrun',
    reason: '',
  });
  assert.deepEqual([found?.explanation.isGap, found?.ticks.length, found?.explanation.neighbours?.length], [true, 4, 4]);
  assert.match(found?.explanation.hint ?? '', /scrape_duration_seconds/);
});

test('a time is Unix seconds or RFC 3339, and its tick is explained also where nothing is missing', async () => {
  for (const at of ['1700000016.5', '2023-11-14T22:13:36.500Z']) {
    const [found] = (await gaps({ target: 'http://h:1/metrics', at })).targets;
    assert.equal(found?.explanation.tick?.reason, 'timeout', at);
  }
  const [whole] = (await gaps({ target: 'node/h:1#abcdef~1', at: '1700000000' })).targets;
  assert.deepEqual([whole?.explanation.found, whole?.explanation.isGap], [true, false]);
  const [early] = (await gaps({ target: 'h:1', at: '1600000000' })).targets;
  assert.deepEqual(early?.explanation, { found: false, why: 'tooOld' });
});

test('what is not a target or not a time is refused by name', async () => {
  assert.deepEqual(await gaps({}), {
    status: 400,
    error: 'target must name a target by its id, its URL or its instance label',
    targets: [],
  });
  assert.deepEqual((await gaps({ target: 'h:1', at: 'noon' })).error, 'at must be a time, in Unix seconds or as RFC 3339');
  const unknown = await gaps({ target: 'h:2' });
  assert.deepEqual([unknown.status, unknown.error], [404, 'no target has the id, URL or instance label "h:2"']);
});

test('every target of the name is answered, up to a limit', async () => {
  const many = Array.from({ length: 130 }, (_, index) => target({ id: `node/h:1#${index}~1` }));
  assert.equal((await gaps({ target: 'h:1' }, many)).targets.length, 100);
});
