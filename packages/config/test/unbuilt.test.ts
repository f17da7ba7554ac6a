import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '../src/index.ts';

const job = (fields: string) => `scrape_configs:\n- job_name: a\n  ${fields}\n`;
const receiver = (fields: string) => `remote_write:\n- url: http://h/\n  ${fields}\n`;

/** Each asks for something that would change what is scraped or sent, and that is not there. */
const ASKED: readonly (readonly [text: string, place: string, message: RegExp])[] = [
  ['global: {scrape_native_histograms: true}\n', '1:36', /scrape_native_histograms: true is not built/],
  ['global: {convert_classic_histograms_to_nhcb: yes}\n', '1:46', /convert_classic_histograms_to_nhcb: yes is not built/],
  ['global: {scrape_protocols: [PrometheusText0.0.4, PrometheusProto]}\n', '1:50', /PrometheusProto is not built/],
  [job('scrape_native_histograms: on'), '3:29', /scrape_native_histograms: on/],
  [job('convert_classic_histograms_to_nhcb: true'), '3:39', /convert_classic_histograms_to_nhcb/],
  [job('scrape_protocols: [PrometheusProto]'), '3:22', /PrometheusProto/],
  [job('fallback_scrape_protocol: PrometheusProto'), '3:29', /fallback_scrape_protocol: PrometheusProto/],
  [job('native_histogram_bucket_limit: 100'), '3:34', /native_histogram_bucket_limit: 100/],
  [job('native_histogram_min_bucket_factor: 1.1'), '3:39', /native_histogram_min_bucket_factor: 1.1/],
  [receiver('round_robin_dns: true'), '3:20', /round_robin_dns: true/],
  [receiver('protobuf_message: io.prometheus.write.v2.Request'), '3:21', /protobuf_message: io.prometheus.write.v2.Request/],
];

test('what is asked for and not built is refused by name and position', () => {
  for (const [text, place, message] of ASKED) {
    const loaded = parseConfig({ file: 'a.yml', text });
    assert.ok(!loaded.ok, text);
    const [error] = loaded.error.errors;
    assert.equal(loaded.error.errors.length, 1, text);
    assert.equal(error?.code, 'LIMPET_CONFIG_NOT_SUPPORTED');
    assert.equal(`${error.line}:${error.column}`, place, text);
    assert.match(error.message, message);
    assert.ok(parseConfig({ file: 'a.yml', text, acceptsUnbuilt: true }).ok, `${text} is valid otherwise`);
  }
});

test('spelled out and switched off, the same fields are fine', () => {
  const off = [
    'global: {scrape_native_histograms: false, convert_classic_histograms_to_nhcb: no}\n',
    job('native_histogram_bucket_limit: 0'),
    job('native_histogram_min_bucket_factor: 0'),
    job('fallback_scrape_protocol: PrometheusText0.0.4'),
    receiver('round_robin_dns: false'),
    receiver('protobuf_message: prometheus.WriteRequest'),
  ];
  for (const text of off) assert.ok(parseConfig({ file: 'a.yml', text }).ok, text);
});

test('an included file is held to the same', () => {
  const files = { readText: () => job('scrape_native_histograms: true'), glob: () => ['/b.yml'] };
  const loaded = parseConfig({ file: '/a.yml', text: 'scrape_config_files: [b.yml]', files });
  assert.ok(!loaded.ok);
  assert.match(loaded.error.message, /"\/b\.yml": .*scrape_native_histograms: true is not built/);
});
