import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { capture, jsonLines } from '../../test/captured-run.ts';

const SCRAPE = {
  scrapePool: 'node',
  targetId: 'h:1#abcdef',
  tick: 113_333_333,
  timestamp: '2026-03-01T12:00:15Z',
  sampleCount: 7,
  record: { sequence: 42, segment: '00000003.seg', offset: 80, bytes: 120, synced: true },
  receivers: [
    {
      name: 'eu',
      url: 'http://r/',
      stage: 'finished',
      requests: [{ shard: 1, itemCount: 70, attempts: 3, outcome: 'accepted', ended: '2026-03-01T12:00:17Z' }],
    },
    { name: 'us', url: 'http://s/', stage: 'waiting', requests: [] },
  ],
};

test('explain delivery prints the record of a scrape and how far it is with each receiver', async (t) => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.end(JSON.stringify({ status: 'success', data: { scrapes: [SCRAPE] } }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  const words = [
    'explain',
    'delivery',
    '--target=h:1',
    '--at=2026-03-01T12:00:15Z',
    `--url=http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ];
  const { exitCode, out, err } = await capture(t, words);
  assert.deepEqual([exitCode, err, paths], [0, '', ['/api/v1/limpet/deliveries?target=h%3A1&at=2026-03-01T12%3A00%3A15Z']]);
  assert.equal(
    out,
    `h:1#abcdef in node, tick 113333333, 2026-03-01T12:00:15Z, 7 samples
  log: record 42 in 00000003.seg at 80, 120 bytes, safe on disk
  eu (http://r/): is done with
    2026-03-01T12:00:17Z accepted: a request of 70 samples by shard 1, attempt 3
  us (http://s/): waits in the log
`,
  );
  const json = await capture(t, [...words, '--format=json']);
  assert.deepEqual(jsonLines(json.out), [{ entry: 'delivery', ...SCRAPE }]);
});
