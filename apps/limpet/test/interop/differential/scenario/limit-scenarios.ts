import { gzipSync } from 'node:zlib';
import { TEXT_TYPE, text, times } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

const exactly = (bytes: number): string => `a 1\n#${'x'.repeat(bytes - 6)}\n`;

/** Limits of a job, kept and exceeded. */
export const limitScenarios: readonly Scenario[] = [
  {
    name: 'sample-limit',
    title: 'S-120 S-122 S-132 too many samples fail the scrape, with the true counts',
    job: { sample_limit: 3 },
    steps: [
      text('a 1', 'b 1'),
      text('a 2', 'b 2', 'c 2'),
      text('a 3', 'b 3', 'c 3', 'd 3', 'e 3'),
      text('a 4', 'b 4'),
      text('d 5', 'e 5', 'f 5', 'g 5'),
      text('a 6'),
    ],
    up: '110101',
    values: { scrape_samples_scraped: '2 3 5 2 4 1' },
  },
  {
    name: 'sample-limit-relabelled',
    title: 'S-120 dropped samples and duplicates do not count against the limit',
    job: { sample_limit: 2, metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'dropped.*', action: 'drop' }] },
    steps: [text('a 1', 'a 1', 'b 1', 'dropped1 1', 'dropped2 1'), text('a 2', 'b 2', 'c 2', 'dropped1 1'), text('a 3', 'dropped1 1')],
    up: '101',
  },
  {
    name: 'label-limit',
    title: 'S-116 too many labels fail the scrape',
    job: { label_limit: 5 },
    steps: [text('a{x="1"} 1', 'b 1'), text('b 2', 'a{x="1",y="2"} 2', 'c 2'), text('a{x="1"} 3', 'b 3')],
    up: '101',
  },
  {
    name: 'label-name-length',
    title: 'S-116 a label name that is too long fails the scrape',
    job: { label_name_length_limit: 10 },
    steps: [text('a{ten_letter="1"} 1'), text('a{eleven_char="1"} 2'), text('a{ten_letter="1"} 3')],
    up: '101',
  },
  {
    name: 'label-value-length',
    title: 'S-116 a label value that is too long, in bytes, fails the scrape',
    job: { label_value_length_limit: 30 },
    steps: [
      text(`a{x="${'v'.repeat(30)}"} 1`),
      text(`a{x="${'v'.repeat(31)}"} 2`),
      text(`a{x="${'ä'.repeat(15)}"} 3`),
      text(`a{x="${'ä'.repeat(16)}"} 4`),
    ],
    up: '1010',
  },
  {
    name: 'body-size',
    title: 'S-110 S-151 a body of the limit or more fails the scrape, measured unpacked, and its size is reported',
    job: { body_size_limit: '1KB' },
    steps: [
      text('a 1'),
      { headers: { 'content-type': TEXT_TYPE }, body: exactly(1023) },
      { headers: { 'content-type': TEXT_TYPE }, body: exactly(1024) },
      text('a 4'),
      { headers: { 'content-type': TEXT_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(exactly(5000)) },
      { headers: { 'content-type': TEXT_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(exactly(1000)) },
    ],
    up: '110101',
    values: { a: '1 1 stale 4 stale 1', scrape_body_size_bytes: '4 1023 -1 4 -1 1000' },
  },
  {
    name: 'target-limit',
    title: 'S-044 S-133 too many targets: none of the job is scraped',
    job: { target_limit: 1 },
    targets: ({ address }) => [
      { targets: [address], labels: { script: 'target-limit/one' } },
      { targets: [address], labels: { script: 'target-limit/two' } },
    ],
    steps: times(3, text('a 1')),
    up: '000 000',
  },
  {
    name: 'extra-metrics-limit',
    title: 'S-120 a limit exceeded from the first scrape on',
    job: { sample_limit: 1 },
    steps: times(4, text('a 1', 'b 1', 'c 1')),
    up: '0000',
    values: { scrape_samples_scraped: '3 3 3 3' },
  },
];
