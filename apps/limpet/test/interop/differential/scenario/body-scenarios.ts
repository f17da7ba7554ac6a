import { gzipSync } from 'node:zlib';
import { OPENMETRICS_TYPE, TEXT_TYPE, openMetrics, text, times } from '../../target/answer.ts';
import type { Answer } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

const typed = (type: string | undefined, body: string | Uint8Array): Answer => ({
  headers: type === undefined ? {} : { 'content-type': type },
  body,
});
const gzipped = (body: string): Answer => ({ headers: { 'content-type': TEXT_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(body) });
const good = text('a 1', 'b 1', 'c 1');

/** Bodies that are broken, empty, packed, in pieces or wrongly announced. */
export const bodyScenarios: readonly Scenario[] = [
  {
    name: 'garbage',
    title: 'S-132 garbage fails the scrape: series seen before the fault get neither sample nor marker',
    steps: [good, text('a 2', '!! not an exposition', 'b 2'), good, text('<html>'), text('<html>'), good],
    up: '101001',
    values: { a: '1 · 1 stale · 1', b: '1 stale 1 stale · 1' },
  },
  {
    name: 'truncated',
    title: 'S-132 a body that ends in the middle of a line fails the scrape, unless the line is whole but for its end',
    steps: [good, typed(TEXT_TYPE, 'a 2\nb{x="1'), good, typed(TEXT_TYPE, 'a 3\nb'), typed(TEXT_TYPE, 'a 4'), good],
    up: '101011',
  },
  {
    name: 'invalid-utf8',
    title: 'S-132 a body that is not UTF-8 fails the scrape',
    steps: [
      good,
      typed(TEXT_TYPE, Buffer.from('a{x="\xff\xfe"} 2\nb 2\n', 'latin1')),
      good,
      typed(TEXT_TYPE, Buffer.from('a 3\n\xff 3\n', 'latin1')),
      good,
    ],
    up: '10101',
  },
  {
    name: 'nul-byte',
    title: 'E-041 E-044 NUL ends the body at the start of a line, is held by label values, and fails the scrape elsewhere',
    steps: [
      good,
      text('a 2', '\0', 'b 2'),
      text('a 3\0', 'b 3'),
      text('\0a 4', 'b 4'),
      text('a{x="\0"} 5', 'b 5'),
      text('a\0 6', 'b 6'),
      good,
    ],
    up: '1101101',
  },
  {
    name: 'empty',
    title: 'S-129 an empty body is a success without samples: all series get markers',
    steps: [good, text(), text(), good, typed(undefined, ''), good],
    up: '111111',
    values: { a: '1 stale · 1 stale 1', scrape_samples_scraped: '3 0 0 3 0 3' },
  },
  {
    name: 'only-comments',
    title: 'S-112 comments and metadata are not samples',
    steps: [
      text('# HELP a Help.', '# TYPE a gauge', 'a 1', '# a comment', ''),
      text('# HELP a Help.', '# TYPE a gauge', '#'),
      text('', '', 'a 3', ''),
    ],
    up: '111',
    values: { a: '1 stale 3', scrape_samples_scraped: '1 0 1' },
  },
  {
    name: 'no-content-type',
    title: 'S-111 without a content type and a fallback protocol the scrape fails',
    since: '3.0',
    steps: [good, typed(undefined, 'a 2\n'), good, typed('application/json', 'a 3\n'), typed('nonsense', 'a 4\n'), good],
    up: '101001',
    values: { a: '1 stale 1 stale · 1' },
  },
  {
    name: 'fallback',
    title: 'S-111 a fallback protocol reads what has no content type or an unknown one',
    since: '3.0',
    job: { fallback_scrape_protocol: 'PrometheusText0.0.4' },
    steps: [good, typed(undefined, 'a 2\n'), typed('application/json', 'a 3\n'), typed('text/plain', 'a 4\n'), openMetrics('a 5')],
    up: '11111',
    values: { a: '1 2 3 4 5' },
  },
  {
    name: 'fallback-openmetrics',
    title: 'S-111 OpenMetrics as the fallback protocol wants its end marker',
    since: '3.0',
    job: { fallback_scrape_protocol: 'OpenMetricsText1.0.0' },
    steps: [typed(undefined, 'a 1\n# EOF\n'), typed(undefined, 'a 2\n'), typed(TEXT_TYPE, 'a 3\n')],
    up: '101',
  },
  {
    name: 'changing-format',
    title: 'S-111 the content type of each answer chooses the parser',
    steps: [
      good,
      openMetrics('a 2', 'b 2'),
      typed(OPENMETRICS_TYPE, 'a 3\n'),
      typed(`${TEXT_TYPE}; extra=1`, 'a 4\n# EOF\n'),
      openMetrics('a 5'),
    ],
    up: '11011',
  },
  {
    name: 'gzip',
    title: 'S-109 a packed body is unpacked; a broken one fails the scrape',
    steps: [
      gzipped('a 1\nb 1\n'),
      gzipped('a 2\nb 2\n'),
      { ...gzipped('a 3\n'), body: Buffer.from('a 3\n') },
      { ...gzipped('a 4\n'), body: gzipSync('a 4\n'.repeat(100)).subarray(0, 20) },
      gzipped('a 5\n'),
    ],
    up: '11001',
    values: { a: '1 2 stale · 5' },
  },
  {
    name: 'encoding-ignored',
    title: 'S-109 only the content encoding gzip is unpacked',
    steps: [
      { ...good, headers: { ...good.headers, 'content-encoding': 'identity' } },
      { ...gzipped('a 2\n'), headers: { 'content-type': TEXT_TYPE } },
      good,
    ],
    up: '101',
  },
  {
    name: 'chunked',
    title: 'S-112 a body in pieces, cut within a name and a character, is read as a whole',
    steps: times(3, {
      headers: { 'content-type': TEXT_TYPE },
      body: ['req', 'uests{pa', 'th="/', Buffer.of(0xc3), Buffer.of(0xa4), '/x"} ', '4', '2\nother', ' 1\n'],
    }),
    up: '111',
    values: { requests: '42 42 42', other: '1 1 1' },
  },
  {
    name: 'large',
    title: 'S-112 a body of 3000 series is read as a whole',
    steps: [
      ...Array.from({ length: 3 }, (_, n) => text(...Array.from({ length: 3000 }, (_, i) => `large{series="${i}"} ${i * 1.5 + n}`))),
      text('small 1'),
    ],
    up: '1111',
    values: { scrape_samples_scraped: '3000 3000 3000 1', scrape_series_added: '3000 0 0 1' },
  },
];
