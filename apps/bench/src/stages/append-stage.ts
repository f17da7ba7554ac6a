import { Driver, VirtualClock } from '@limpet/driver';
import { openLineMemory } from '@limpet/line-template';
import { SeriesRegistry, silentLog, silentMetrics } from '@limpet/model';
import type { Labels, ScrapeBatch } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { createAppendPort, emptyTables, newLoopEntry, targetsFromGroups } from '@limpet/scrape';
import type { Target } from '@limpet/scrape';
import { onlyJob, parsedConfig } from '../parsed-config.ts';
import type { Stage } from './stage.ts';

const JOB = 'bench';
const LOOP = 'loop';
const INTERVAL_MS = 15_000;

/**
 * The append port on one target, parsing included. `known` series are what an ordinary scrape finds; with `new` ones
 * every scrape is the first of its target, labels and registry included. By `path` known lines are recognised, or every
 * line is read by the reference parser.
 */
export function appendStage(
  series: 'known' | 'new',
  path: 'template' | 'reference',
  bodies: readonly Uint8Array[],
  sampleCount: number,
): Stage {
  const config = onlyJob(parsedConfig(`scrape_configs: [{job_name: ${JOB}}]`));
  const clock = new VirtualClock();
  const driver = new Driver({
    clock,
    onFault: (error) => {
      throw error;
    },
  });
  const tables = emptyTables();
  tables.configs.set(1, new Map([[JOB, config]]));
  const target = onlyTarget([['__address__', 'localhost:9100']], config);
  const entry = newLoopEntry({ id: LOOP, job: JOB, target });
  tables.loops.set(LOOP, entry);
  const registry = new SeriesRegistry();
  let batch: Pick<ScrapeBatch, 'count'> = { count: 0 };
  const lines = path === 'template' ? openLineMemory() : undefined;
  if (lines?.ok === false) throw lines.error;
  const port = createAppendPort({
    lines: lines?.memory,
    tables,
    driver,
    tell: () => {},
    registry,
    sink: { append: (appended) => (batch = appended) },
    log: silentLog,
    metrics: silentMetrics,
  });
  const spec = { key: target.key, intervalMs: INTERVAL_MS, timeoutMs: 10_000, cfgRev: 1, offsetHash: '0' };
  let seq = 0;
  return {
    name: `append port, ${series} series, by ${path}`,
    sampleCount,
    run(round) {
      const bytes = bodies[round % bodies.length] ?? new Uint8Array();
      clock.advance(INTERVAL_MS);
      if (series === 'new') {
        port.release(LOOP);
        registry.reclaim(Infinity);
      }
      seq++;
      tables.bodies.set(seq, { bytes, contentType: 'text/plain; version=0.0.4' });
      const outcome = { kind: 'response', handle: seq, bytes: bytes.length } as const;
      const scrapeAt = clock.wall();
      port.startAppend({ loopId: LOOP, job: JOB, seq, scrapeAt, tick: seq, startedMono: clock.mono(), spec, outcome });
      if (batch.count < sampleCount) throw new Error(`append: ${entry.lastError || `${batch.count} samples`}`);
    },
  };
}

function onlyTarget(labels: Labels, config: ReturnType<typeof onlyJob>): Target {
  const groups = [{ source: 'bench', targets: [labels], labels: [] }];
  const [target] = targetsFromGroups(groups, config, compileRules([], config.metricNameValidationScheme)).targets.values();
  if (target === undefined) throw new Error('the target could not be built');
  return target;
}
