import assert from 'node:assert/strict';
import test from 'node:test';
import { SCRAPE_PROTOCOLS } from '../src/index.ts';
import { firstError, load, loadJob, refusal } from './loading.ts';

const TEXT_PROTOCOLS = SCRAPE_PROTOCOLS.slice(1);

test('C-010 durations are read in milliseconds', () => {
  const rows = { '0': 60_000, '1ms': 1, '15s': 15_000, '1m30s': 90_000, '1d12h': 129_600_000, '1y1w1d': 32_227_200_000 };
  for (const [text, ms] of Object.entries(rows))
    assert.equal(loadJob(`scrape_interval: ${text}\nscrape_timeout: 0`).scrapeIntervalMs, ms, text);
  for (const text of ['1s1m', '1s 1ms', '-1s', '1.5s', 's']) firstError(`scrape_configs: [{job_name: a, scrape_interval: ${text}}]`);
});

test('C-012 sizes are read in bytes, a negative one too', () => {
  const rows = { '0': 0, '10B': 10, '1KB': 1024, '1KiB': 1024, '1.5MB': 1_572_864, '1GiB512MB': 1_610_612_736, '-1KB': -1024 };
  for (const [text, bytes] of Object.entries(rows)) assert.equal(loadJob(`body_size_limit: ${text}`).bodySizeLimit, bytes, text);
});

test('C-015 label names may be any UTF-8, those of external labels only as the scheme allows', () => {
  const job = loadJob('static_configs: [{targets: [a], labels: {"ä-b.c": x, "1": y}}]');
  assert.deepEqual(job.serviceDiscovery, [
    {
      mechanism: 'static',
      groups: [
        {
          source: '0',
          targets: [[['__address__', 'a']]],
          labels: [
            ['1', 'y'],
            ['ä-b.c', 'x'],
          ],
        },
      ],
    },
  ]);
  assert.deepEqual(load('global: {external_labels: {"a.b": x}}').global.externalLabels, { 'a.b': 'x' });
  firstError('global: {external_labels: {"a.b": x}, metric_name_validation_scheme: legacy}');
});

test('C-017 a URL may be relative or without a host where the block does not mind', () => {
  for (const text of ['/a/b?c=d', 'http://[::1]:80/x', 'mailto:x', 'http://u:p%40@h', '//host', 'a%20b']) {
    assert.equal(loadJob(`proxy_url: "${text}"`).httpClient.proxy.url, text);
  }
  for (const text of ['http://a:b', '%zz', ':x', 'a:1b:c/d'.slice(2), 'http://[::1', 'http://a\\tb']) {
    assert.match(firstError(`scrape_configs: [{job_name: a, proxy_url: "${text}"}]`).message, /^parse URL: /, text);
  }
});

test('C-020 empty server blocks are fine, and a configuration without remote_write is allowed', () => {
  assert.deepEqual(load('alerting: {alertmanagers: [], alert_relabel_configs: []}\nrule_files: []\nremote_read: []').remoteWrite, []);
});

test('known blocks without effect are read strictly', () => {
  const config = load(`
global: {evaluation_interval: 1m, rule_query_offset: 5s, query_log_file: q.log}
runtime: {gogc: 75}
tracing: {endpoint: "a:1", client_type: grpc, sampling_fraction: 0.5, tls_config: {server_name: x}, headers: {a: b}, timeout: 5s}
otlp: {promote_resource_attributes: [a], translation_strategy: NoTranslation, keep_identifying_resource_attributes: true}
storage: {tsdb: {out_of_order_time_window: 30m, retention: {time: 1d, size: 1GB}}, exemplars: {max_exemplars: 10}}
`);
  assert.equal(config.outOfOrderTimeWindowMs, 1_800_000);
  for (const text of ['runtime: {x: 1}', 'tracing: {x: 1}', 'otlp: {x: 1}', 'storage: {tsdb: {x: 1}}', 'storage: {x: 1}', 'otlp: []'])
    firstError(text);
});

test('C-030 global starts from zero: a short interval caps the timeout, an absent one is the default', () => {
  assert.deepEqual(
    ['{}', '{scrape_interval: 5s}', '{scrape_timeout: 7s}', '{scrape_interval: 0, scrape_timeout: 0}', '{sample_limit: 5}']
      .map((global) => load(`global: ${global}`).global)
      .map(({ scrapeIntervalMs, scrapeTimeoutMs }) => [scrapeIntervalMs, scrapeTimeoutMs]),
    [
      [60_000, 10_000],
      [5000, 5000],
      [60_000, 7000],
      [60_000, 10_000],
      [60_000, 10_000],
    ],
  );
});

test('C-041 the timeout of a job is the global one, capped at its interval', () => {
  const global = 'global: {scrape_interval: 30s, scrape_timeout: 20s}';
  const times = (fields: string): readonly number[] => {
    const { scrapeIntervalMs, scrapeTimeoutMs } = loadJob(fields, global);
    return [scrapeIntervalMs, scrapeTimeoutMs];
  };
  assert.deepEqual(times('scrape_interval: 15s'), [15_000, 15_000]);
  assert.deepEqual(times('scrape_timeout: 25s'), [30_000, 25_000]);
  assert.deepEqual(times('scheme: http'), [30_000, 20_000]);
});

test('a job has the defaults of upstream', () => {
  const job = loadJob('');
  assert.deepEqual([job.metricsPath, job.scheme, job.honorLabels, job.honorTimestamps], ['/metrics', 'http', false, true]);
  assert.deepEqual([job.trackTimestampsStaleness, job.enableCompression, job.fallbackScrapeProtocol], [false, true, undefined]);
  assert.deepEqual([job.httpClient.followRedirects, job.httpClient.enableHttp2, job.serviceDiscovery], [true, true, []]);
});

test('limits and log file of global apply to jobs that have none; a job cannot undo them with 0', () => {
  const global = `global: {body_size_limit: 1KB, sample_limit: 1, target_limit: 2, label_limit: 3, label_name_length_limit: 4, label_value_length_limit: 5, keep_dropped_targets: 6, scrape_failure_log_file: f}`;
  const inherited = loadJob('sample_limit: 0', global);
  assert.deepEqual(
    [inherited.bodySizeLimit, inherited.sampleLimit, inherited.targetLimit, inherited.labelLimit, inherited.labelNameLengthLimit],
    [1024, 1, 2, 3, 4],
  );
  assert.deepEqual([inherited.labelValueLengthLimit, inherited.keepDroppedTargets, inherited.scrapeFailureLogFile], [5, 6, '/etc/prom/f']);
  const own = loadJob('sample_limit: 10\nscrape_failure_log_file: /g\nlabel_limit: 7', global);
  assert.deepEqual([own.sampleLimit, own.scrapeFailureLogFile, own.labelLimit], [10, '/g', 7]);
});

test('the flags of histograms are inherited, and an explicit false overrides a global true', () => {
  const global =
    'global: {scrape_native_histograms: true, always_scrape_classic_histograms: true, convert_classic_histograms_to_nhcb: true, extra_scrape_metrics: true}';
  const flags = (fields: string): readonly boolean[] => {
    const job = loadJob(fields, global);
    return [job.scrapeNativeHistograms, job.alwaysScrapeClassicHistograms, job.convertClassicHistogramsToNhcb, job.extraScrapeMetrics];
  };
  assert.deepEqual(flags(''), [true, true, true, true]);
  assert.deepEqual(
    flags(
      'scrape_native_histograms: false\nalways_scrape_classic_histograms: no\nconvert_classic_histograms_to_nhcb: off\nextra_scrape_metrics: n',
    ),
    [false, false, false, false],
  );
});

test('C-042 of several failures of a job the first in the order of the checks comes first', () => {
  const relabel = 'relabel_configs: [{action: hashmod}]';
  const rows: readonly (readonly [string, RegExp])[] = [
    [`basic_auth: {username: x, username_file: y}, static_configs: [{targets: [a/b]}], scrape_timeout: 2m`, /basic_auth username/],
    [`static_configs: [{targets: [a/b]}], scrape_timeout: 2m, scrape_protocols: []`, /is not a valid hostname/],
    [`scrape_timeout: 2m, scrape_protocols: [], ${relabel}`, /timeout greater than scrape interval/],
    [`scrape_protocols: [], fallback_scrape_protocol: x, ${relabel}`, /cannot be empty/],
    [
      `fallback_scrape_protocol: x, metric_name_validation_scheme: legacy, metric_name_escaping_scheme: allow-utf-8, ${relabel}`,
      /invalid fallback/,
    ],
    [`metric_name_validation_scheme: legacy, metric_name_escaping_scheme: allow-utf-8, ${relabel}`, /utf8 metric names requested/],
  ];
  for (const [fields, words] of rows) assert.match(firstError(`scrape_configs: [{job_name: a, ${fields}}]`).message, words);
});

test('C-043 protocols keep the order of the file', () => {
  assert.deepEqual(loadJob('scrape_protocols: [PrometheusText0.0.4, PrometheusProto]').scrapeProtocols, [
    'PrometheusText0.0.4',
    'PrometheusProto',
  ]);
  assert.equal(loadJob('fallback_scrape_protocol: PrometheusText1.0.0').fallbackScrapeProtocol, 'PrometheusText1.0.0');
});

test('C-044 protocols come from the job, else from global, else from whether native histograms are scraped', () => {
  const global = 'global: {scrape_protocols: [PrometheusText1.0.0]}';
  assert.deepEqual(loadJob('scrape_protocols: [PrometheusText0.0.4]', global).scrapeProtocols, ['PrometheusText0.0.4']);
  assert.deepEqual(loadJob('scrape_protocols:\nscrape_native_histograms: true', global).scrapeProtocols, ['PrometheusText1.0.0']);
  assert.deepEqual(loadJob('').scrapeProtocols, TEXT_PROTOCOLS);
  assert.deepEqual(loadJob('scrape_native_histograms: true').scrapeProtocols, SCRAPE_PROTOCOLS);
  assert.deepEqual(loadJob('', 'global: {scrape_native_histograms: true}').scrapeProtocols, SCRAPE_PROTOCOLS);
  for (const feature of ['created-timestamp-zero-ingestion', 'st-storage']) {
    const [job] = load('scrape_configs: [{job_name: a}]', { features: [feature] }).scrapeConfigs;
    assert.deepEqual(job?.scrapeProtocols, SCRAPE_PROTOCOLS);
  }
  assert.equal(load('', { features: ['extra-scrape-metrics'] }).global.extraScrapeMetrics, true);
});

test('E-002 text formats are offered from OpenMetrics down; native histograms and start timestamps put protobuf first', () => {
  const text = ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText1.0.0', 'PrometheusText0.0.4'];
  assert.deepEqual(loadJob('').scrapeProtocols, text);
  assert.deepEqual(loadJob('scrape_native_histograms: true').scrapeProtocols, ['PrometheusProto', ...text]);
  const [job] = load('scrape_configs: [{job_name: a}]', { features: ['created-timestamp-zero-ingestion'] }).scrapeConfigs;
  assert.deepEqual(job?.scrapeProtocols, ['PrometheusProto', ...text]);
  const own = 'scrape_native_histograms: true\nscrape_protocols: [PrometheusText0.0.4]';
  assert.deepEqual(loadJob(own).scrapeProtocols, ['PrometheusText0.0.4']);
  for (const list of ['[]', '[PrometheusProto, PrometheusProto]', '[prometheusproto]']) {
    assert.match(firstError(`scrape_configs: [{job_name: a, scrape_protocols: ${list}}]`).message, /scrape_protocols/);
  }
});

test('E-004 names are asked for as they are, or with underscores under the legacy scheme; dots and values where a job says so', () => {
  const escaping = (fields: string): string => loadJob(fields).metricNameEscapingScheme;
  assert.equal(escaping(''), 'allow-utf-8');
  assert.equal(escaping('metric_name_validation_scheme: legacy'), 'underscores');
  for (const scheme of ['allow-utf-8', 'underscores', 'dots', 'values']) {
    assert.equal(escaping(`metric_name_escaping_scheme: ${scheme}`), scheme);
  }
});

test('C-045 C-046 schemes of validation and escaping follow those of global where a job has none', () => {
  const schemes = (fields: string, global: string): readonly string[] => {
    const job = loadJob(fields, `global: {${global}}`);
    return [job.metricNameValidationScheme, job.metricNameEscapingScheme];
  };
  const legacy = 'metric_name_validation_scheme: legacy';
  const utf8 = 'metric_name_validation_scheme: utf8';
  assert.deepEqual(schemes('', ''), ['utf8', 'allow-utf-8']);
  assert.deepEqual(schemes('', legacy), ['legacy', 'underscores']);
  assert.deepEqual(schemes(legacy, ''), ['legacy', 'underscores']);
  assert.deepEqual(schemes(utf8, legacy), ['utf8', 'allow-utf-8']);
  assert.deepEqual(schemes('', 'metric_name_escaping_scheme: dots'), ['utf8', 'dots']);
  assert.deepEqual(schemes(utf8, 'metric_name_escaping_scheme: dots'), ['utf8', 'allow-utf-8']);
  assert.deepEqual(schemes('metric_name_escaping_scheme: values', legacy), ['legacy', 'values']);
  assert.deepEqual(schemes('metric_name_validation_scheme: ""\nmetric_name_escaping_scheme: ""', legacy), ['legacy', 'underscores']);
});

test('C-047 a global that asks for UTF-8 under the legacy scheme fails the jobs that follow it', () => {
  const global = 'global: {metric_name_validation_scheme: legacy, metric_name_escaping_scheme: allow-utf-8}';
  assert.match(firstError(`${global}\nscrape_configs: [{job_name: a}]`).message, /utf8 metric names requested/);
  assert.equal(loadJob('metric_name_escaping_scheme: dots', global).metricNameEscapingScheme, 'dots');
});

test('C-048 with relabel rules a static target may look like a URL', () => {
  assert.equal(loadJob('relabel_configs: [{target_label: x}]\nstatic_configs: [{targets: [http://a/b]}]').serviceDiscovery.length, 1);
});

test('C-049 mechanisms stand in the order of their keys, and static groups are one provider, numbered', () => {
  const { serviceDiscovery } = loadJob(`
static_configs: [{targets: [b, a], labels: {z: "1", y: ""}}, {targets: [c]}]
http_sd_configs: [{url: "http://h/1"}, {url: "https://h/2", refresh_interval: 5s, bearer_token: x}]
file_sd_configs: [{files: [a.json]}]
`);
  assert.deepEqual(
    serviceDiscovery.map(({ mechanism }) => mechanism),
    ['file', 'http', 'http', 'static'],
  );
  const [file, first, second, last] = serviceDiscovery;
  assert.ok(file?.mechanism === 'file' && first?.mechanism === 'http' && second?.mechanism === 'http' && last?.mechanism === 'static');
  assert.deepEqual([file.refreshIntervalMs, first.refreshIntervalMs, second.refreshIntervalMs], [300_000, 60_000, 5000]);
  assert.deepEqual([first.url, second.httpClient.authentication?.kind], ['http://h/1', 'authorization']);
  assert.deepEqual(last.groups, [
    { source: '0', targets: [[['__address__', 'b']], [['__address__', 'a']]], labels: [['z', '1']] },
    { source: '1', targets: [[['__address__', 'c']]], labels: [] },
  ]);
});

test('C-130 a dns section looks up SRV records every 30 s unless told, and takes types in any case', () => {
  const { serviceDiscovery } = loadJob(`
static_configs: [{targets: [a]}]
file_sd_configs: [{files: [a.json]}]
dns_sd_configs: [{names: [_a._tcp.b, c]}, {names: [d.], type: aAaA, port: 9100, refresh_interval: 5s}]
`);
  assert.deepEqual(serviceDiscovery.slice(0, 2), [
    { mechanism: 'dns', names: ['_a._tcp.b', 'c'], type: 'SRV', port: 0, refreshIntervalMs: 30_000 },
    { mechanism: 'dns', names: ['d.'], type: 'AAAA', port: 9100, refreshIntervalMs: 5_000 },
  ]);
  assert.deepEqual(
    serviceDiscovery.slice(2).map(({ mechanism }) => mechanism),
    ['file', 'static'],
  );
});

test('C-102 labels are sorted by their bytes, and empty ones vanish', () => {
  const [group] = loadJob('static_configs: [{labels: {"\\uffff": a, "\\U0001f600": b, a: "", b: c}}]').serviceDiscovery;
  assert.ok(group?.mechanism === 'static');
  assert.deepEqual(group.groups[0]?.labels, [
    ['b', 'c'],
    ['\uffff', 'a'],
    ['\u{1f600}', 'b'],
  ]);
});

test('problems of one job do not hide those of another', () => {
  const { errors } = refusal('scrape_configs: [{job_name: a, x: 1}, {job_name: b, scrape_timeout: 2m}, {job_name: c}, {job_name: c}]');
  assert.deepEqual(
    errors.map(({ path }) => path),
    ['scrape_configs[0].x', 'scrape_configs[1].scrape_timeout', 'scrape_configs[3].job_name'],
  );
});
