import assert from 'node:assert/strict';
import test from 'node:test';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';

const SCRAPE = {
  sequence: 42,
  job: 'node',
  targetId: 'h:1#abcdef',
  tick: 113_333_333,
  epoch: 0,
  timestampMs: 1_700_000_000_000,
  sampleCount: 7,
  segment: '00000003.seg',
  at: 80,
  bytes: 120,
  isSafe: true,
};
const REQUEST = {
  shard: 0,
  fromSequence: 40,
  toSequence: 50,
  itemCount: 70,
  attempts: 2,
  outcome: 'accepted',
  endedMs: 1_700_000_001_000,
} as const;

async function ask(
  query: Readonly<Record<string, string>>,
  found: Awaited<ReturnType<ReturnType<typeof fakeAgent>['agent']['deliveries']>>,
) {
  const fake = fakeAgent();
  const asked: object[] = [];
  const agent = { ...fake.agent, deliveries: (question: object) => Promise.resolve((asked.push(question), found)) };
  const response = await apiAround({ ...fake, agent }).api.request(`/api/v1/limpet/deliveries?${new URLSearchParams(query).toString()}`);
  return { status: response.status, asked, body: (await response.json()) as { readonly error?: string; readonly data?: unknown } };
}

test('deliveries tell of the record in the log and of each receiver', async () => {
  const receivers = [{ name: 'a', url: 'http://r/', stage: 'finished', requests: [REQUEST] }] as const;
  const { status, asked, body } = await ask({ target: 'h:1', at: '1700000000' }, [{ scrape: SCRAPE, receivers }]);
  assert.deepEqual([status, asked], [200, [{ target: 'h:1', atMs: 1_700_000_000_000 }]]);
  assert.deepEqual(body.data, {
    scrapes: [
      {
        scrapePool: 'node',
        targetId: 'h:1#abcdef',
        tick: 113_333_333,
        epoch: 0,
        timestamp: '2023-11-14T22:13:20Z',
        sampleCount: 7,
        record: { sequence: 42, segment: '00000003.seg', offset: 80, bytes: 120, synced: true },
        receivers: [
          {
            name: 'a',
            url: 'http://r/',
            stage: 'finished',
            requests: [{ shard: 0, itemCount: 70, attempts: 2, outcome: 'accepted', ended: '2023-11-14T22:13:21Z' }],
          },
        ],
      },
    ],
  });
});

test('deliveries say what is wrong with the question, that there is no log, or that it has no such scrape', async () => {
  assert.match((await ask({}, [])).body.error ?? '', /target must name/);
  assert.match((await ask({ target: 'a', at: 'soon' }, [])).body.error ?? '', /at must be a time/);
  const [without, none] = [await ask({ target: 'a' }, undefined), await ask({ target: 'a' }, [])];
  assert.deepEqual([without.status, none.status], [404, 404]);
  assert.match(without.body.error ?? '', /no log on disk/);
  assert.match(none.body.error ?? '', /no scrape of "a"/);
});
