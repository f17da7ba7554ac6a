import type { AnsweredScrape } from './delivery-answer.ts';

const STAGES = {
  waiting: 'waits in the log',
  sending: 'is in a shard, sent or about to be sent',
  finished: 'is done with',
} as const;

/** The way of one scrape, for people. */
export function deliveryText({ scrapePool, targetId, tick, timestamp, sampleCount, record, receivers }: AnsweredScrape): readonly string[] {
  const { sequence, segment, offset, bytes, synced } = record;
  return [
    `${targetId} in ${scrapePool}, tick ${tick}, ${timestamp}, ${sampleCount} samples`,
    `  log: record ${sequence} in ${segment} at ${offset}, ${bytes} bytes, ${synced ? 'safe on disk' : 'not yet safe on disk'}`,
    ...receivers.flatMap(({ name, url, stage, requests }) => [
      `  ${name} (${url}): ${STAGES[stage]}${stage === 'finished' && requests.length === 0 ? '; by a request that is no longer remembered' : ''}`,
      ...requests.map(
        ({ ended, outcome, itemCount, attempts, shard }) =>
          `    ${ended} ${outcome}: a request of ${itemCount} samples by shard ${shard}, ${attempts === 1 ? 'at once' : `attempt ${attempts}`}`,
      ),
    ]),
  ];
}
