// A team's test of its own /metrics: the service is started, used, and its exposition held against what was promised.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { assertExposesMetrics } from '@limpet/metrics-contract';
import type { MetricsContract } from '@limpet/metrics-contract';

/** The service of the team: it counts its requests by path and status. */
function storefront() {
  const requests = new Map<string, number>();
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/metrics') {
      const lines = [...requests].map(([labels, count]) => `http_requests_total{${labels}} ${count}`);
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(`# TYPE http_requests_total counter\n${lines.join('\n')}\n`);
      return;
    }
    const status = path === '/cart' ? 200 : 404;
    const labels = `path="${status === 404 ? 'other' : path}",code="${status}"`; // a label of user input would grow for ever
    requests.set(labels, (requests.get(labels) ?? 0) + 1);
    response.writeHead(status).end();
  });
}

const promised: MetricsContract = {
  metrics: {
    http_requests_total: { type: 'counter', labels: ['path', 'code'], values: { code: ['200', '404'] }, maxSeries: 10 },
  },
  maxSeries: 50,
};

test('the storefront keeps its promise, however it is asked', async () => {
  const server = storefront().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const path of ['/cart', ...Array.from({ length: 100 }, (_, n) => `/guess/${n}`)]) await fetch(`${base}${path}`);
    await assertExposesMetrics(await fetch(`${base}/metrics`), promised);
    const stricter = { ...promised, metrics: { ...promised.metrics, cart_items: { type: 'gauge' as const } } };
    await assert.rejects(assertExposesMetrics(await fetch(`${base}/metrics`), stricter), /cart_items/);
  } finally {
    server.close().closeAllConnections();
  }
});
