import { text, times } from '../../target/answer.ts';
import type { Answer } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

const good = text('a 1', 'b{x="1"} 2');
const failing: Answer = { status: 500, headers: { 'content-type': 'text/plain' }, body: 'a 1\n' };
/** Ends the connection with the answer: a client then cannot take the fault that follows for an idle connection's end. */
const last: Answer = { ...good, headers: { ...good.headers, connection: 'close' } };

/** Targets that come and go, and answer well or not at all. */
export const healthScenarios: readonly Scenario[] = [
  {
    name: 'steady',
    title: 'S-130 S-150 a steady target delivers every sample and the five report series of every scrape',
    steps: Array.from({ length: 8 }, (_, n) => text('# TYPE requests_total counter', `requests_total ${n * 10}`, `temperature -${n}.5`)),
    up: '11111111',
    values: { requests_total: '0 10 20 30 40 50 60 70', scrape_samples_scraped: '2 2 2 2 2 2 2 2', scrape_series_added: '2 0 0 0 0 0 0 0' },
  },
  {
    name: 'vanishing',
    title: 'S-136 a series that vanishes gets one marker, and starts anew when it comes back',
    steps: [text('a 1', 'b 1'), text('a 2', 'b 2'), text('a 3'), text('a 4'), text('a 5', 'b 5'), text('b 6'), text('a 7', 'b 7')],
    up: '1111111',
    values: { b: '1 2 stale · 5 6 7', a: '1 2 3 4 5 stale 7' },
  },
  {
    name: 'status-500',
    title: 'S-108 S-131 S-138 a target that answers 500 is down, its series are marked once',
    steps: [good, good, failing, failing, failing, good, failing, good],
    up: '11000101',
    values: { a: '1 1 stale · · 1 stale 1', scrape_samples_scraped: '2 2 0 0 0 2 0 2' },
  },
  {
    name: 'status-other',
    title: 'S-108 only status 200 is a success: 204, 206, 404 and 503 are not',
    steps: [good, { status: 204 }, good, { ...good, status: 206 }, { status: 404 }, good, { ...good, status: 503 }],
    up: '1010010',
  },
  {
    name: 'never-up',
    title: 'S-131 a target that was never up has report series and nothing else',
    steps: times(4, failing),
    up: '0000',
  },
  {
    name: 'hang',
    title: 'S-104 a target that does not answer in time is down until it answers again',
    steps: [good, { fault: 'hang' }, { fault: 'hang' }, good, good],
    up: '10011',
    values: { a: '1 stale · 1 1' },
  },
  {
    name: 'hang-in-body',
    title: 'S-104 the timeout covers the body: what came of it is not appended',
    steps: [good, { ...text('a 2', 'c 2'), fault: 'hangInBody' }, good],
    up: '101',
    values: { a: '1 stale 1' },
  },
  {
    name: 'reset',
    title: 'S-131 a connection that breaks before the answer is a failed scrape',
    steps: [good, last, { fault: 'reset' }, { fault: 'reset' }, good, good],
    up: '110011',
    values: { a: '1 1 stale · 1 1' },
  },
  {
    name: 'reset-kept',
    title: 'S-131 a request is repeated once where the connection it was sent on had been kept and breaks',
    steps: [good, { fault: 'reset' }, good, { fault: 'reset' }, { fault: 'reset' }, good],
    up: '110111', // the second scrape takes two answers, the third one two as well
  },
  {
    name: 'reset-in-body',
    title: 'S-131 a connection that breaks in the body is a failed scrape',
    steps: [good, { ...text('a 2', 'c 2'), fault: 'resetInBody' }, { ...text('a 3'), fault: 'resetInBody' }, good],
    up: '1001',
    values: { a: '1 stale · 1' },
  },
  {
    name: 'refused',
    title: 'S-131 S-138 a target that refuses connections is down, and up again when it listens',
    steps: [],
    targets: ({ closableAddress }) => [{ targets: [closableAddress], labels: { script: 'refused', instance: 'closable' } }],
    align: 'byChange',
    up: '101',
    values: { there: '1 stale 1' },
    drive: async ({ bothReach, setRefusing }) => {
      await bothReach('2 good scrapes', ({ values }) => values({ __name__: 'up' }).length >= 2);
      await setRefusing(true);
      await bothReach('a scrape that was refused', ({ values }) => values({ __name__: 'up' }).at(-1) === '0');
      await setRefusing(false);
      await bothReach('a good scrape again', ({ values }) => values({ __name__: 'there' }).at(-1) === '1');
    },
  },
];
