import { openMetrics, text, times } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

/** The flag that both senders of `featureScenarios` are started with. */
export const FEATURE_FLAG = '--enable-feature=type-and-unit-labels';

/** What features behind `--enable-feature` make of a target; a run of their own, because they concern every target. */
export const featureScenarios: readonly Scenario[] = [
  {
    name: 'type-labels',
    title: 'S-157 with type-and-unit-labels the type of a family is a label of its series, where it is known',
    steps: times(2, text('# TYPE a counter', 'a 1', '# TYPE b gauge', 'b{x="1"} 2', '# TYPE c untyped', 'c 3')),
    up: '11',
    since: '3.5',
  },
  {
    name: 'unit-labels',
    title: 'S-157 E-024 units are labels too, and exposed labels of the same name make way',
    steps: [
      openMetrics(
        '# TYPE a_bytes gauge',
        '# UNIT a_bytes bytes',
        'a_bytes{__type__="mine"} 1',
        '# TYPE b counter',
        '# UNIT b ',
        'b_total 2',
      ),
      openMetrics(
        '# TYPE a_bytes gauge',
        '# UNIT a_bytes bytes',
        'a_bytes{__type__="mine"} 2',
        '# TYPE b counter',
        '# UNIT b ',
        'b_total 3',
      ),
    ],
    up: '11',
    since: '3.5',
  },
  {
    name: 'type-relabelled',
    title: 'S-157 metric relabelling sees the type',
    steps: times(
      2,
      text('# TYPE h histogram', 'h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 1', '# TYPE g gauge', 'g 1'),
    ),
    job: { metric_relabel_configs: [{ source_labels: ['__type__'], regex: 'histogram', action: 'drop' }] },
    up: '11',
    values: { scrape_samples_post_metric_relabeling: '1 1' },
    since: '3.5',
  },
];
