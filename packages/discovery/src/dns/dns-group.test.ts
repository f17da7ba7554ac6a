import assert from 'node:assert/strict';
import test from 'node:test';
import { dnsGroup } from './dns-group.ts';
import type { DnsRecord } from './dns-lookup.ts';

const ROWS: readonly { readonly name: string; readonly record: DnsRecord; readonly target: readonly (readonly [string, string])[] }[] = [
  {
    name: 'an SRV record',
    record: { type: 'SRV', host: 'db1.Example.com.', port: 3306 },
    target: [
      ['__address__', 'db1.Example.com:3306'],
      ['__meta_dns_name', 'n'],
      ['__meta_dns_srv_record_port', '3306'],
      ['__meta_dns_srv_record_target', 'db1.Example.com.'],
    ],
  },
  {
    name: 'an SRV record that says that there is no service',
    record: { type: 'SRV', host: '.', port: 0 },
    target: [
      ['__address__', ':0'],
      ['__meta_dns_name', 'n'],
      ['__meta_dns_srv_record_port', '0'],
      ['__meta_dns_srv_record_target', '.'],
    ],
  },
  {
    name: 'an MX record',
    record: { type: 'MX', host: 'smtp1.example.com.' },
    target: [
      ['__address__', 'smtp1.example.com:25'],
      ['__meta_dns_mx_record_target', 'smtp1.example.com.'],
      ['__meta_dns_name', 'n'],
    ],
  },
  {
    name: 'an NS record',
    record: { type: 'NS', host: 'ns1.example.com.' },
    target: [
      ['__address__', 'ns1.example.com:25'],
      ['__meta_dns_name', 'n'],
      ['__meta_dns_ns_record_target', 'ns1.example.com.'],
    ],
  },
  {
    name: 'an A record',
    record: { type: 'A', address: '192.0.2.2' },
    target: [
      ['__address__', '192.0.2.2:25'],
      ['__meta_dns_name', 'n'],
    ],
  },
  {
    name: 'an AAAA record',
    record: { type: 'AAAA', address: '2001:db8::1' },
    target: [
      ['__address__', '[2001:db8::1]:25'],
      ['__meta_dns_name', 'n'],
    ],
  },
];

for (const { name, record, target } of ROWS) {
  test(`C-130 C-131 ${name} becomes address and meta labels`, () => {
    assert.deepEqual(dnsGroup('n', [record], 25), { source: 'n', targets: [target], labels: [] });
  });
}

test('D-002 records in another order are the same group', () => {
  const records: readonly DnsRecord[] = ['192.0.2.3', '192.0.2.1', '192.0.2.2'].map((address) => ({ type: 'A', address }));
  assert.deepEqual(dnsGroup('n', records, 1), dnsGroup('n', records.toReversed(), 1));
});

test('C-130 a name without records is a group without targets', () => {
  assert.deepEqual(dnsGroup('n', [], 1), { source: 'n', targets: [], labels: [] });
});
