import assert from 'node:assert/strict';
import test from 'node:test';
import { acceptHeader, mediaTypeOf } from './scrape-protocol.ts';
import type { ScrapeProtocol } from './scrape-protocol.ts';

const DEFAULT_ORDER: readonly ScrapeProtocol[] = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
];

test('E-001 each protocol has its media type and parameters', () => {
  const offers: Readonly<Record<ScrapeProtocol, string>> = {
    PrometheusProto: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
    'PrometheusText0.0.4': 'text/plain;version=0.0.4',
    'PrometheusText1.0.0': 'text/plain;version=1.0.0;escaping=dots',
    'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
    'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0;escaping=dots',
  };
  for (const protocol of Object.keys(offers) as ScrapeProtocol[]) {
    assert.equal(acceptHeader([protocol], 'dots'), `${offers[protocol]};q=0.6,*/*;q=0.5`);
    assert.equal(mediaTypeOf(protocol), offers[protocol].split(';')[0]);
  }
});

test('E-003 S-106 the default order weighs from 0.6 down and ends with anything', () => {
  assert.equal(
    acceptHeader(DEFAULT_ORDER, 'allow-utf-8'),
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  );
});

test('S-106 with protobuf first the last weight is 0.1', () => {
  const header = acceptHeader(['PrometheusProto', ...DEFAULT_ORDER], 'underscores');
  assert.ok(header.startsWith('application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,'));
  assert.ok(header.endsWith(',text/plain;version=0.0.4;q=0.2,*/*;q=0.1'));
});

test('E-004 the escaping scheme stands in the offers of text 1.0.0 and OpenMetrics 1.0.0 alone', () => {
  for (const scheme of ['allow-utf-8', 'underscores', 'dots', 'values'] as const) {
    const offers = acceptHeader(['PrometheusProto', ...DEFAULT_ORDER], scheme).split(',');
    const escaped = offers.filter((offer) => offer.includes('escaping'));
    assert.deepEqual(
      escaped.map((offer) => offer.split(';q=')[0]),
      [`application/openmetrics-text;version=1.0.0;escaping=${scheme}`, `text/plain;version=1.0.0;escaping=${scheme}`],
    );
  }
});
