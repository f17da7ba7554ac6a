import { TEXT_TYPE, openMetrics, text } from '../../target/answer.ts';
import type { Answer } from '../../target/answer.ts';
import type { Scenario, TargetGroup } from '../scenario.ts';

interface ErrorCase {
  readonly name: string;
  /** What it is that the target does. */
  readonly what: string;
  readonly rules: string;
  readonly lastError: string;
  readonly answer?: Answer;
  readonly job?: Readonly<Record<string, unknown>>;
  readonly targets?: () => readonly TargetGroup[];
  readonly since?: string;
}

const typed = (type: string, body: string | Uint8Array = 'a 1\n'): Answer => ({ headers: { 'content-type': type }, body });

const cases: readonly ErrorCase[] = [
  {
    name: 'error-status',
    what: 'a status',
    rules: 'S-108',
    lastError: 'server returned HTTP status 503 Service Unavailable',
    answer: { status: 503 },
  },
  { name: 'error-timeout', what: 'a timeout', rules: 'S-104', lastError: 'context deadline exceeded', answer: { fault: 'hang' } },
  {
    name: 'error-refused',
    what: 'a refused connection',
    rules: 'S-131',
    lastError: 'connection refused',
    targets: () => [{ targets: ['127.0.0.1:1'], labels: { script: 'error-refused' } }],
  },
  {
    name: 'error-host',
    what: 'an unknown host',
    rules: 'S-131',
    lastError: 'no such host',
    targets: () => [{ targets: ['no-such-host.invalid:80'], labels: { script: 'error-host' } }],
  },
  {
    name: 'error-body-size',
    what: 'a large body',
    rules: 'S-110',
    lastError: 'body size limit exceeded',
    answer: text('a 1', 'b 2'),
    job: { body_size_limit: '4B' },
  },
  {
    name: 'error-samples',
    what: 'many samples',
    rules: 'S-120',
    lastError: 'sample limit exceeded',
    answer: text('a 1', 'b 2'),
    job: { sample_limit: 1 },
  },
  {
    name: 'error-labels',
    what: 'many labels',
    rules: 'S-116',
    lastError: 'label_limit exceeded',
    answer: text('a{x="1"} 1'),
    job: { label_limit: 3 },
  },
  {
    name: 'error-label-name',
    what: 'a long label name',
    rules: 'S-116',
    lastError: 'label_name_length_limit exceeded',
    answer: text('a{quite_long_indeed="1"} 1'),
    job: { label_name_length_limit: 10 },
  },
  {
    name: 'error-label-value',
    what: 'a long label value',
    rules: 'S-116',
    lastError: 'label_value_length_limit exceeded',
    answer: text(`a{x="${'v'.repeat(40)}"} 1`),
    job: { label_value_length_limit: 30 },
  },
  {
    name: 'error-nameless',
    what: 'a series without a name',
    rules: 'S-113',
    lastError: 'missing metric name',
    answer: text('a 1'),
    job: { metric_relabel_configs: [{ target_label: '__name__', replacement: '' }] },
  },
  {
    name: 'error-no-type',
    what: 'no content type',
    rules: 'S-111',
    lastError: 'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol',
    answer: { body: 'a 1\n' },
    since: '3.0',
  },
  {
    name: 'error-bad-type',
    what: 'a content type that cannot be read',
    rules: 'S-111',
    lastError: 'cannot parse Content-Type',
    answer: typed('text/'),
    since: '3.0',
  },
  {
    name: 'error-other-type',
    what: 'an unknown content type',
    rules: 'S-111',
    lastError: 'received unsupported Content-Type',
    answer: typed('application/json'),
    since: '3.0',
  },
  {
    name: 'error-gzip',
    what: 'a body that is not what it is said to be',
    rules: 'S-109',
    lastError: 'gzip',
    answer: { headers: { 'content-type': TEXT_TYPE, 'content-encoding': 'gzip' }, body: 'not packed at all\n' },
  },
  {
    name: 'error-no-end',
    what: 'OpenMetrics without an end',
    rules: 'S-132',
    lastError: 'data does not end with # EOF',
    answer: { ...openMetrics(), body: 'a 1\n' },
  },
  { name: 'error-parser', what: 'a line that is no sample', rules: 'S-132', lastError: 'expected value after metric', answer: text('a') },
];

/** Targets that never answer well, and what is said of them. */
export const errorScenarios: readonly Scenario[] = cases.map(({ name, what, rules, lastError, answer, job, targets, since }) => ({
  name,
  title: `${rules} S-170 S-171 ${what} is told as "${lastError}"`,
  steps: [answer ?? {}, answer ?? {}],
  up: '00',
  lastError,
  ...(job === undefined ? {} : { job }),
  ...(targets === undefined ? {} : { targets }),
  ...(since === undefined ? {} : { since }),
}));
