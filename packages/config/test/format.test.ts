import assert from 'node:assert/strict';
import test from 'node:test';
import { equalConfigs, formatConfig, formatScrapeConfig, isCacheReusable, redactedUrl } from '../src/index.ts';
import type { ServiceDiscoveryConfig } from '../src/index.ts';
import { fakeFiles, load, loadJob } from './loading.ts';

const FULL = `
global:
  scrape_interval: 15s
  scrape_protocols: [PrometheusText0.0.4]
  external_labels: {region: eu, "yes": "1.10"}
  body_size_limit: 10MB
  sample_limit: 5
storage: {tsdb: {out_of_order_time_window: 30m}}
scrape_configs:
- job_name: "on"
  honor_labels: true
  params: {"10": [a, b], "9": []}
  basic_auth: {username: u, password: PASSWORD}
  tls_config: {ca_file: ca, cert_file: c, key: PEM-KEY}
  proxy_url: http://user:PROXY-PASSWORD@proxy:3128
  proxy_connect_header: {A: [CONNECT-SECRET]}
  http_headers: {X-A: {values: [v], secrets: [HEADER-SECRET], files: [f]}}
  native_histogram_min_bucket_factor: 1.5
  fallback_scrape_protocol: PrometheusText1.0.0
  body_size_limit: 1536B
  relabel_configs:
  - {source_labels: [a, "b, c"], regex: "x\\n", target_label: y, replacement: ""}
  - {action: drop, source_labels: [~], regex: x}
  - {action: keepequal, source_labels: [a], target_label: b}
  - {action: hashmod, modulus: 18446744073709551615, target_label: h}
  dns_sd_configs: [{names: [a, b.], type: mx, port: 9100, refresh_interval: 90s}]
  file_sd_configs: [{files: ["*.yml"]}]
  http_sd_configs:
  - {url: "https://user:SD-PASSWORD@sd/x", refresh_interval: 90s, authorization: {credentials: CREDENTIALS}}
  kubernetes_sd_configs:
  - {role: pod, api_server: "https://user:KUBE-PASSWORD@kube", bearer_token: BEARER-TOKEN, selectors: [{role: node, label: "a in (b, c)"}]}
  - {role: endpoints, namespaces: {own_namespace: true}, attach_metadata: {node: true}}
  static_configs: [{targets: ["a:1"], labels: {b: "~"}}, {targets: []}]
- job_name: oauth
  oauth2:
    client_id: id
    client_secret: CLIENT-SECRET
    token_url: https://user:TOKEN-PASSWORD@token/
    endpoint_params: {a: b}
    tls_config: {insecure_skip_verify: true}
remote_write:
- url: https://user:RW-PASSWORD@host/api
  headers: {X-B: c}
  bearer_token: BEARER-TOKEN
  write_relabel_configs: [{action: labeldrop, regex: a}]
  queue_config: {sample_age_limit: 1h}
- {url: http://b, name: named, protobuf_message: io.prometheus.write.v2.Request}
`;
const SECRETS = /PASSWORD|CONNECT-SECRET|HEADER-SECRET|CREDENTIALS|CLIENT-SECRET|BEARER-TOKEN|PEM-KEY/;

test('A-050 the formatted configuration shows no secret', () => {
  const text = formatConfig(load(FULL));
  assert.doesNotMatch(text, SECRETS);
  assert.equal(text.match(/<secret>/g)?.length, 8);
  assert.match(text, /url: https:\/\/user:xxxxx@host\/api/);
  assert.match(text, /proxy_url: http:\/\/user:xxxxx@proxy:3128/);
});

test('C-013 neither JSON nor inspection of a configuration shows a secret by type', async () => {
  const { inspect } = await import('node:util');
  const config = load(FULL);
  const withoutUrls = /CONNECT-SECRET|HEADER-SECRET|CREDENTIALS|CLIENT-SECRET|BEARER-TOKEN|PEM-KEY|: PASSWORD/;
  assert.doesNotMatch(inspect(config, { depth: 20 }), withoutUrls);
  assert.doesNotMatch(
    JSON.stringify(config, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    withoutUrls,
  );
});

test('A-050 C-004 the formatted configuration loads again and is the same but for the secrets', () => {
  const once = formatConfig(load(FULL));
  const again = load(once);
  assert.equal(formatConfig(again), once);
  const original = load(FULL);
  assert.deepEqual(
    again.scrapeConfigs.map((job) => [job.relabelConfigs, job.params, job.scrapeIntervalMs, job.bodySizeLimit, job.scrapeProtocols]),
    original.scrapeConfigs.map((job) => [job.relabelConfigs, job.params, job.scrapeIntervalMs, job.bodySizeLimit, job.scrapeProtocols]),
  );
  assert.deepEqual(again.global, original.global);
  assert.deepEqual(
    again.remoteWrite.map(({ hash, name }) => [hash, name]),
    original.remoteWrite.map(({ hash, name }) => [hash, name]),
  );
  assert.deepEqual(again.scrapeConfigs[0]?.serviceDiscovery.at(-1), original.scrapeConfigs[0]?.serviceDiscovery.at(-1));
});

test('A-050 field names, order and layout are those of upstream; jobs of included files are not written out', () => {
  const files = fakeFiles({ '/etc/prom/a.yml': 'scrape_configs: [{job_name: included}]' });
  const text = formatConfig(load('scrape_config_files: [a.yml]\nscrape_configs: [{job_name: main}]', { files }));
  assert.equal(
    text,
    `global:
  scrape_interval: 1m
  scrape_timeout: 10s
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  scrape_native_histograms: false
scrape_config_files:
- /etc/prom/a.yml
scrape_configs:
- job_name: main
  honor_timestamps: true
  track_timestamps_staleness: false
  scrape_interval: 1m
  scrape_timeout: 10s
  scrape_protocols:
  - OpenMetricsText1.0.0
  - OpenMetricsText0.0.1
  - PrometheusText1.0.0
  - PrometheusText0.0.4
  scrape_native_histograms: false
  always_scrape_classic_histograms: false
  convert_classic_histograms_to_nhcb: false
  metrics_path: /metrics
  scheme: http
  enable_compression: true
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  extra_scrape_metrics: false
  follow_redirects: true
  enable_http2: true
`,
  );
});

test('A-050 C-130 a dns section is written in field order with its defaults', () => {
  const text = formatScrapeConfig(loadJob('dns_sd_configs: [{names: [a, b.]}, {names: [c], type: mx, port: 9100, refresh_interval: 90s}]'));
  const written = `
dns_sd_configs:
- names:
  - a
  - b.
  refresh_interval: 30s
  type: SRV
  port: 0
- names:
  - c
  refresh_interval: 1m30s
  type: MX
  port: 9100
`;
  assert.ok(text.endsWith(written), text);
});

test('A-038 one job is formatted alone, with what it took over', () => {
  const text = formatScrapeConfig(
    loadJob('sample_limit: 7\nbearer_token: BEARER-TOKEN\nbody_size_limit: 10MB', 'global: {scrape_interval: 90s}'),
  );
  assert.match(text, /^job_name: a\n/);
  assert.match(text, /\nscrape_interval: 1m30s\nscrape_timeout: 10s\n/);
  assert.match(text, /\nbody_size_limit: 10MiB\nsample_limit: 7\n/);
  assert.match(text, /\nauthorization:\n {2}type: Bearer\n {2}credentials: <secret>\n/);
});

test('C-011 durations are written as upstream writes them', () => {
  for (const [read, written] of Object.entries({ '90s': '1m30s', '14d': '2w', '60s': '1m', '90d': '90d', '1500ms': '1s500ms' })) {
    assert.match(formatScrapeConfig(loadJob(`scrape_interval: ${read}`)), new RegExp(`scrape_interval: ${written}\n`));
  }
});

test('C-013 the password of a URL reads xxxxx', () => {
  const rows = {
    'http://u:p@h/x?y=z': 'http://u:xxxxx@h/x?y=z',
    'http://u:@h': 'http://u:xxxxx@h',
    'http://:p@h': 'http://:xxxxx@h',
    '//u:p@h': '//u:xxxxx@h',
    'http://u:p@q@h': 'http://u:xxxxx@h',
    'http://u:p/q@h': 'http://u:xxxxx@h',
    'http://u@h:80/@x': 'http://u@h:80/@x',
    'http://h:8080/a@b': 'http://h:8080/a@b',
    'http://[::1]:80/@x': 'http://[::1]:80/@x',
    'mailto:a@b': 'mailto:a@b',
    '': '',
  };
  for (const [url, redacted] of Object.entries(rows)) assert.equal(redactedUrl(url), redacted, url);
});

test('C-180 configurations are equal if all of their data is', () => {
  assert.ok(equalConfigs(load(FULL), load(FULL)));
  for (const [from, to] of [
    ['15s', '16s'],
    ['PASSWORD', 'OTHER'],
    ['"a:1"', '"a:2"'],
    ['30m', '31m'],
    ['18446744073709551615', '18446744073709551614'],
    ['region: eu, ', ''],
  ] as const) {
    assert.ok(!equalConfigs(load(FULL), load(FULL.replace(from, to))), `${from} to ${to}`);
  }
});

test('C-100 providers are equal after defaults and path resolution, secrets included', () => {
  const provider = (fields: string): ServiceDiscoveryConfig => {
    const [config] = loadJob(fields).serviceDiscovery;
    assert.ok(config !== undefined);
    return config;
  };
  const written = provider('file_sd_configs: [{files: [/etc/prom/a.yml], refresh_interval: 5m}]');
  assert.ok(equalConfigs(written, provider('file_sd_configs: [{files: [./a.yml]}]')));
  assert.ok(!equalConfigs(written, provider('file_sd_configs: [{files: [b.yml]}]')));
  const dns = provider('dns_sd_configs: [{names: [a], type: A, port: 1}]');
  assert.ok(equalConfigs(dns, provider('dns_sd_configs: [{names: [a], type: a, port: 1, refresh_interval: 30s}]')));
  assert.ok(!equalConfigs(dns, provider('dns_sd_configs: [{names: [a], type: AAAA, port: 1}]')));
  assert.ok(!equalConfigs(dns, provider('dns_sd_configs: [{names: [a.], type: A, port: 1}]')));
  const http = provider('http_sd_configs: [{url: "http://h", bearer_token: a}]');
  assert.ok(equalConfigs(http, provider('http_sd_configs: [{url: "http://h", authorization: {credentials: a}, refresh_interval: 1m}]')));
  assert.ok(!equalConfigs(http, provider('http_sd_configs: [{url: "http://h", bearer_token: b}]')));
});

test('S-024 a cache survives changes of interval, timeout, sample limit and HTTP client, and of nothing else', () => {
  const job = loadJob('');
  const survived = ['scrape_interval: 10s', 'scrape_timeout: 1s', 'sample_limit: 9', 'bearer_token: x\nfollow_redirects: false'];
  for (const fields of survived) assert.ok(isCacheReusable(job, loadJob(fields)), fields);
  const lost = [
    'honor_labels: true',
    'label_limit: 1',
    'metrics_path: /x',
    'static_configs: [{targets: [a]}]',
    'metric_relabel_configs: [{action: drop}]',
  ];
  for (const fields of lost) assert.ok(!isCacheReusable(job, loadJob(fields)), fields);
});
