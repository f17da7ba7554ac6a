import type { Agent } from '@limpet/agent';
import { formatTimestamp } from '@limpet/model';
import { Hono } from 'hono';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';
import { timeFrom } from './gaps.ts';

type Delivery = NonNullable<Awaited<ReturnType<Agent['deliveries']>>>[number];
type Receiver = Delivery['receivers'][number];

/**
 * `/api/v1/limpet/deliveries?target=…&at=…`: for each target of that name the scrape nearest to the time, its record in the
 * log, and how far it is with each receiver. `at` is Unix seconds or RFC 3339; now where it is left out.
 */
export function deliveryRoutes({ agent, wall }: Pick<ApiOptions, 'agent' | 'wall'>): Hono {
  const routes = new Hono();
  routes.get('/limpet/deliveries', async (context) => {
    const name = context.req.query('target') ?? '';
    if (name === '') return failure(context, 'bad_data', 'target must name a target by its id, its URL or its instance label');
    const at = context.req.query('at') ?? '';
    const atMs = at === '' ? wall() : timeFrom(at);
    if (Number.isNaN(atMs)) return failure(context, 'bad_data', 'at must be a time, in Unix seconds or as RFC 3339');
    const found = await agent.deliveries({ target: name, atMs });
    if (found === undefined) return failure(context, 'not_found', 'there is no log on disk: no remote_write, or no folder');
    if (found.length === 0) return failure(context, 'not_found', `the log has no scrape of ${JSON.stringify(name)} near that time`);
    return success(context, { scrapes: found.map(deliveryJson) });
  });
  return routes;
}

function deliveryJson({ scrape, receivers }: Delivery): object {
  const { job, targetId, tick, epoch, timestampMs, sampleCount, sequence, segment, at, bytes, isSafe } = scrape;
  return {
    scrapePool: job,
    targetId,
    tick,
    epoch,
    timestamp: formatTimestamp(timestampMs),
    sampleCount,
    record: { sequence, segment, offset: at, bytes, synced: isSafe },
    receivers: receivers.map(receiverJson),
  };
}

function receiverJson({ name, url, stage, requests }: Receiver): object {
  return {
    name,
    url,
    stage,
    requests: requests.map(({ shard, itemCount, attempts, outcome, endedMs }) => ({
      shard,
      itemCount,
      attempts,
      outcome,
      ended: formatTimestamp(endedMs),
    })),
  };
}
