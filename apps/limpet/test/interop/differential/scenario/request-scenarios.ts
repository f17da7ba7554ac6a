import { text, times } from '../../target/answer.ts';
import type { Answer, ScriptRequest } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

/** Says in labels what was asked for, so that the requests themselves are compared. */
function echo({ url, headers }: ScriptRequest): Answer {
  const asked = {
    path: url.pathname,
    query: url.search,
    authorization: headers.authorization ?? '',
    timeout: headers['x-prometheus-scrape-timeout-seconds'] ?? '',
    encoding: headers['accept-encoding'] ?? '',
    tenant: headers['x-tenant'] ?? '',
  };
  return text(
    `request{${Object.entries(asked)
      .map(([name, value]) => `asked_${name}=${JSON.stringify(value)}`)
      .join(',')}} 1`,
  );
}

function echoAccept({ headers }: ScriptRequest): Answer {
  return text(`accept{header=${JSON.stringify(headers.accept ?? '')}} 1`);
}

const toOther: Answer = { status: 302, headers: { location: '/redirected-to?moved=1' } };

/** What is sent to a target, and what redirects and refusals do. */
export const requestScenarios: readonly Scenario[] = [
  {
    name: 'request',
    title: 'S-105 S-041 parameters, path and headers of the request',
    job: { metrics_path: '/request', params: { b: ['2', '3'], a: ['x y', ''], c: [''] }, scrape_timeout: '750ms' },
    steps: times(2, echo),
    up: '11',
    values: { scrape_timeout_seconds: '0.75 0.75', scrape_sample_limit: '0 0' },
  },
  {
    name: 'accept',
    title: 'S-106 the Accept header lists the default protocols',
    steps: times(2, echoAccept),
    up: '11',
  },
  {
    name: 'accept-chosen',
    title: 'S-106 the Accept header lists the protocols chosen, in their order',
    since: '3.0',
    job: { scrape_protocols: ['PrometheusText0.0.4', 'OpenMetricsText1.0.0', 'PrometheusText1.0.0'] },
    steps: times(2, echoAccept),
    up: '11',
  },
  {
    name: 'uncompressed',
    title: 'S-105 enable_compression: false asks for identity',
    since: '2.49',
    job: { enable_compression: false },
    steps: times(2, echo),
    up: '11',
  },
  {
    name: 'basic-auth',
    title: 'S-105 basic authentication reaches the target',
    job: { basic_auth: { username: 'ada', password: 'l:ove lace' } },
    steps: times(2, echo),
    up: '11',
  },
  {
    name: 'bearer',
    title: 'S-105 an authorization header of another type reaches the target',
    job: { authorization: { type: 'Token', credentials: 'abc' } },
    steps: times(2, echo),
    up: '11',
  },
  {
    name: 'http-headers',
    title: 'S-105 http_headers reach the target',
    since: '2.55',
    job: { http_headers: { 'X-Tenant': { values: ['one', 'two'] } } },
    steps: times(2, echo),
    up: '11',
  },
  {
    name: 'redirect',
    title: 'C-067 a redirect is followed',
    steps: [toOther, toOther, text('direct 1'), toOther],
    paths: { '/redirected-to': times(3, echo) },
    up: '1111',
  },
  {
    name: 'redirect-refused',
    title: 'C-067 with follow_redirects: false the redirect itself is the answer, and a failure',
    job: { follow_redirects: false },
    steps: [text('direct 1'), toOther, text('direct 1')],
    up: '101',
    values: { direct: '1 stale 1' },
  },
  {
    name: 'redirect-endless',
    title: 'C-067 at most ten redirects are followed',
    steps: times(2, { status: 301, headers: { location: '/redirect-loop' } }),
    paths: { '/redirect-loop': [{ status: 302, headers: { location: '/redirect-loop' } }] },
    up: '00',
  },
  {
    name: 'rewritten',
    title: 'S-034 S-041 relabelling chooses targets, and rewrites path, parameters and instance',
    job: {
      params: { module: ['default'], debug: ['1'] },
      relabel_configs: [
        { source_labels: ['role'], regex: 'unwanted', action: 'drop' },
        { source_labels: ['role'], regex: 'wanted|other', action: 'keep' },
        { source_labels: ['probe'], target_label: '__param_module' },
        { source_labels: ['probe'], regex: '(.+)', target_label: '__metrics_path__', replacement: '/rewritten-$1' },
        { source_labels: ['probe', 'role'], separator: '/', target_label: 'instance' },
        { regex: 'role', action: 'labeldrop' },
        { target_label: '__tmp_note', replacement: 'hidden' },
      ],
    },
    targets: ({ address }) => [
      { targets: [address], labels: { script: 'rewritten/one', role: 'wanted', probe: 'http' } },
      { targets: [address], labels: { script: 'rewritten/two', role: 'unwanted', probe: 'http' } },
      { targets: [address], labels: { script: 'rewritten/three', role: 'other', probe: 'dns' } },
      { targets: [address], labels: { script: 'rewritten/four', probe: 'dns' } },
    ],
    steps: times(3, { status: 404 }),
    paths: { '/rewritten-http': times(3, echo), '/rewritten-dns': times(3, echo) },
    up: '111 111',
  },
  {
    name: 'rescheduled',
    title: 'S-025 S-034 S-041 relabelling sets interval, timeout and scheme of a target',
    job: {
      scrape_interval: '1m',
      scrape_timeout: '10s',
      scheme: 'https',
      relabel_configs: [
        { target_label: '__scrape_interval__', replacement: '1s' },
        { target_label: '__scrape_timeout__', replacement: '900ms' },
        { target_label: '__scheme__', replacement: 'http' },
      ],
    },
    steps: times(3, echo),
    up: '111',
  },
  {
    name: 'twins',
    title: 'S-043 two targets whose labels and URL are equal after relabelling are scraped once',
    job: { relabel_configs: [{ regex: 'twin', action: 'labeldrop' }] },
    targets: ({ address }) => [
      { targets: [address], labels: { script: 'twins', twin: 'a' } },
      { targets: [address], labels: { script: 'twins', twin: 'b' } },
    ],
    steps: [text('a 1'), text('a 2'), text('a 3'), text('a 4')],
    up: '1111',
    values: { a: '1 2 3 4' },
  },
];
