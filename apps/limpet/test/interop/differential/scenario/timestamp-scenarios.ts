import { text, times } from '../../target/answer.ts';
import type { ScriptRequest, Step } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

/** Later than every scrape of the run, and less than ten minutes ahead. */
const AHEAD_MS = 300_000;
/** Earlier than every scrape, and later than the senders' start: each scrape may have one of its own. */
const STEP_MS = 150;

const ahead =
  (...lines: readonly ((at: (offsetMs: number) => number) => string)[]): Step =>
  ({ baseMs }: ScriptRequest) =>
    text(...lines.map((line) => line((offsetMs) => baseMs + AHEAD_MS + offsetMs)));

const behind =
  (...names: readonly string[]): Step =>
  ({ baseMs, ordinal }: ScriptRequest) =>
    text('plain 1', ...names.map((name) => `${name} ${ordinal} ${baseMs + ordinal * STEP_MS}`));

/** Since the scrape before and before this one, also where the request comes half an interval late. */
const recent: Step = ({ nowMs }) => text('plain 1', `a 3 ${nowMs - 500}`);

/** Samples that bring a timestamp of their own. */
export const timestampScenarios: readonly Scenario[] = [
  {
    name: 'timestamps',
    title: 'S-112 S-136 explicit timestamps are kept, and such series get no markers',
    steps: [behind('a', 'b'), behind('a', 'b'), behind('a'), behind('a', 'b'), text('plain 1'), text('plain 1')],
    up: '111111',
  },
  {
    name: 'timestamps-ignored',
    title: 'S-112 S-136 with honor_timestamps: false the time of the scrape counts, and markers are written',
    job: { honor_timestamps: false },
    steps: [behind('a', 'b'), behind('a', 'b'), behind('a'), text('plain 1')],
    up: '1111',
    values: { a: '0 1 2 stale', b: '0 1 stale ·' },
  },
  {
    name: 'timestamps-tracked',
    title: 'S-136 with track_timestamps_staleness series with explicit timestamps get markers',
    since: '2.48',
    job: { track_timestamps_staleness: true },
    steps: [behind('a', 'b'), behind('a', 'b'), behind('a'), { status: 500 }, text('plain 1')],
    up: '11101',
  },
  {
    name: 'timestamps-begin',
    title: 'S-137 a series that begins to carry an explicit timestamp gets one marker',
    steps: [text('plain 1', 'a 1'), text('plain 1', 'a 2'), ...times(2, recent), text('plain 1')],
    explicitTimes: 'any',
    up: '11111',
    values: { a: '1 2 stale · · explicit 3@own 3@own' },
  },
  {
    name: 'timestamps-begin-ahead',
    title: 'S-136 S-137 the marker is lost where the explicit timestamp is later',
    steps: [text('a 1'), text('a 2'), ahead((at) => `a 3 ${at(0)}`), ahead((at) => `a 4 ${at(10)}`), text('plain 1')],
    up: '11111',
    values: { a: '1 2 · · · explicit 3@300000 4@300010' },
  },
  {
    name: 'out-of-order',
    title: 'S-118 E-125 samples out of order are lost, the scrape succeeds',
    steps: [
      ahead(
        (at) => `a 1 ${at(1000)}`,
        () => 'b 1',
      ),
      ahead(
        (at) => `a 2 ${at(500)}`,
        () => 'b 2',
      ),
      ahead(
        (at) => `a 3 ${at(2000)}`,
        (at) => `a 4 ${at(1500)}`,
        (at) => `a 5 ${at(2500)}`,
        () => 'b 3',
      ),
      ahead(
        () => 'a 6',
        () => 'b 4',
      ),
      text('b 5'),
    ],
    up: '11111',
  },
  {
    name: 'out-of-order-equal',
    title: 'S-180 an equal timestamp is out of order in an agent, whatever the value',
    steps: [
      ahead(
        (at) => `a 1 ${at(1000)}`,
        () => 'b 1',
      ),
      ahead(
        (at) => `a 1 ${at(1000)}`,
        () => 'b 2',
      ),
      ahead(
        (at) => `a 2 ${at(1000)}`,
        () => 'b 3',
      ),
      text('b 4'),
    ],
    up: '1111',
  },
  {
    name: 'out-of-bounds',
    title: 'S-119 E-126 samples more than ten minutes ahead are lost, the scrape succeeds',
    steps: [
      ({ baseMs }) => text(`a 1 ${baseMs + 3_600_000}`, 'b 1'),
      ({ baseMs }) => text(`a 2 ${baseMs + AHEAD_MS}`, 'b 2'),
      ({ baseMs }) => text(`a 3 ${baseMs + 3_600_000}`, `c 3 ${baseMs + 3_600_000}`, 'b 3'),
      text('b 4'),
    ],
    up: '1111',
  },
];
