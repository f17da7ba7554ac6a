import { ActionIcon, Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { ago, bytes, duration, stateText } from './format.ts';
import { HealthBadge } from './health-badge.tsx';
import { HistoryChart } from './history-chart.tsx';
import { LabelBadges } from './label-badges.tsx';
import { PREFIX } from './prefix.ts';
import { isRoomOpen } from './rooms.ts';
import type { Target } from './target.ts';
import { TickStrip } from './tick-strip.tsx';

interface TargetDetailProps {
  readonly target: Target;
  readonly nowMs: number;
  readonly onClose: () => void;
}

/** Everything about one target, beside the list. */
export function TargetDetail({ target, nowMs, onClose }: TargetDetailProps) {
  const facts: readonly (readonly [string, string])[] = [
    ['The loop is', `${stateText(target.state)} (${target.state})`],
    ['Last scrape', `${ago(target.lastScrape, nowMs)}, took ${duration(target.lastScrapeDuration)}`],
    ['Interval, timeout', `${target.scrapeInterval}, ${target.scrapeTimeout}`],
    ['Scrapes', `${target.scrapesTotal.toLocaleString()} in all, ${target.scrapesFailed.toLocaleString()} failed`],
    ['Last answer', `${target.lastSamplesScraped.toLocaleString()} samples, ${bytes(target.lastResponseBytes)}`],
    ['Loop id', target.id],
  ];
  return (
    <aside className="detail" aria-label="Chosen target">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Title order={2} size="h4" className="breaking">
            <Anchor href={target.globalUrl} target="_blank" rel="noreferrer" inherit>
              {target.scrapeUrl}
            </Anchor>
          </Title>
          <ActionIcon variant="subtle" aria-label="Close" onClick={onClose}>
            ✕
          </ActionIcon>
        </Group>
        <Group gap="xs">
          <HealthBadge health={target.health} />
          <Text size="sm">in pool {target.pool}</Text>
        </Group>
        {target.lastError !== '' && (
          <Text size="sm" className="error breaking" role="status">
            {target.lastError}
          </Text>
        )}
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {isRoomOpen('inspect') && (
          <Anchor size="sm" href={`${PREFIX}/inspect?${new URLSearchParams({ loop: target.id }).toString()}`}>
            Watch this loop
          </Anchor>
        )}
        <TickStrip id={target.id} lastScrape={target.lastScrape} />
        <HistoryChart title="up" metric="up" labels={target.labels} unit="" top={1.05} />
        <HistoryChart title="scrape_duration_seconds" metric="scrape_duration_seconds" labels={target.labels} unit=" s" />
        <Text size="sm" fw={600}>
          Labels
        </Text>
        <LabelBadges labels={target.labels} isWrapped />
        <Text size="sm" fw={600}>
          Discovered labels
        </Text>
        <LabelBadges labels={target.discoveredLabels} isWrapped />
      </Stack>
    </aside>
  );
}
