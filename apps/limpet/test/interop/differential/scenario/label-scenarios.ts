import { text, times } from '../../target/answer.ts';
import type { Scenario } from '../scenario.ts';

const conflicting = text(
  'm{job="theirs",instance="theirs",script="theirs",team="theirs"} 1',
  'm{job="theirs",exported_job="taken"} 2',
  'm{job="",instance="",x=""} 3',
  'm{exported_team="a",exported_exported_team="b",team="c"} 4',
  'm{own="yes"} 5',
);

/** Labels of targets, samples and senders, and their rules. */
export const labelScenarios: readonly Scenario[] = [
  {
    name: 'labels-of-target',
    title: 'S-115 without honor_labels the labels of the target win, conflicting ones are renamed',
    targets: ({ address }) => [{ targets: [address], labels: { script: 'labels-of-target', team: 'ours', __hidden: 'x' } }],
    steps: times(3, conflicting),
    up: '111',
  },
  {
    name: 'labels-of-sample',
    title: 'S-115 with honor_labels the labels of the sample win',
    job: { honor_labels: true },
    targets: ({ address }) => [{ targets: [address], labels: { script: 'labels-of-sample', team: 'ours' } }],
    steps: times(3, text('m{job="theirs",instance="theirs",team="theirs"} 1', 'm{job="",instance="",team=""} 2', 'm{own="yes"} 3')),
    up: '111',
  },
  {
    name: 'external-labels',
    title: 'W-064 external labels are added where the series has none of that name; written series can be dropped',
    steps: [
      text('m{zone="own"} 1', 'm{zone=""} 2', 'never_sent_a 1', 'sent_a 1'),
      text('m{zone="own"} 3', 'never_sent_a 1'),
      text('m{sender="me"} 4'),
    ],
    up: '111',
  },
  {
    name: 'metric-relabel',
    title: 'S-113 S-152 metric relabelling drops, renames, maps and hashes; report series are spared',
    job: {
      metric_relabel_configs: [
        { source_labels: ['__name__'], regex: 'dropped_.*|up', action: 'drop' },
        { source_labels: ['__name__'], regex: 'old_(.+)_total', target_label: '__name__', replacement: 'new_${1}_total' },
        { source_labels: ['path'], regex: '/api/([^/]+)/.*', target_label: 'service', replacement: '$1-svc' },
        { source_labels: ['path', 'code'], separator: '@', target_label: 'joined' },
        { regex: 'secret_.*', action: 'labeldrop' },
        { regex: 'k8s_(.*)', action: 'labelmap', replacement: 'kube_$1' },
        { source_labels: ['path'], modulus: 8, target_label: 'shard', action: 'hashmod' },
        { source_labels: ['code'], target_label: 'code', action: 'lowercase' },
        { source_labels: ['empty'], regex: '', target_label: 'was_empty', replacement: 'yes' },
      ],
    },
    steps: [
      text('dropped_a 1', 'old_x_total{path="/api/users/1",code="OK",secret_key="s"} 1', 'kept{k8s_pod="p",path="/"} 1', 'up 1'),
      text('dropped_a 2', 'dropped_b 2', 'old_x_total{path="/api/users/1",code="OK",secret_key="t"} 2', 'kept{empty="no"} 2'),
      text('dropped_a 3', 'new_x_total{path="/api/users/1",code="ok"} 3'),
    ],
    up: '111',
    values: { scrape_samples_scraped: '4 4 2', scrape_samples_post_metric_relabeling: '2 2 1' },
  },
  {
    name: 'metric-relabel-more',
    title: 'S-113 keepequal, dropequal, keep and labelkeep',
    since: '2.42',
    job: {
      metric_relabel_configs: [
        { source_labels: ['a'], target_label: 'b', action: 'dropequal' },
        { source_labels: ['__name__', 'script'], regex: 'm;.*|n;.+', action: 'keep' },
        { regex: '__name__|a|script|job|instance', action: 'labelkeep' },
      ],
    },
    steps: [text('m{a="1",b="1"} 1', 'm{a="1",b="2"} 2', 'n{a="3",c="4"} 3', 'o 4'), text('m{a="2",b="1"} 5', 'o 6')],
    up: '11',
  },
  {
    name: 'relabel-collision',
    values: { m: '1 3 5 6', scrape_series_added: '1 0 1 1' },
    title: 'S-112 two series made equal by relabelling: the second one is out of order',
    job: { metric_relabel_configs: [{ regex: 'side', action: 'labeldrop' }] },
    steps: [
      text('m{side="left"} 1', 'm{side="right"} 2'),
      text('m{side="left"} 3', 'm{side="right"} 4'),
      text('m{side="right"} 5'),
      text('m{side="left"} 6'),
    ],
    up: '1111',
  },
  {
    name: 'name-removed',
    title: 'S-113 a series without a name after relabelling fails the scrape',
    job: { metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'nameless', target_label: '__name__', replacement: '' }] },
    steps: [text('a 1', 'b 1'), text('a 2', 'nameless 2', 'b 2'), text('a 3', 'b 3')],
    up: '101',
    values: { a: '1 · 3', b: '1 stale 3' },
  },
];
