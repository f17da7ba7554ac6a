import assert from 'node:assert/strict';
import { openLineMemory } from '@limpet/line-template';
import { ScrapeWorld } from './scripted-scrape.ts';
import type { RecordedBatch, WorldOptions } from './scripted-scrape.ts';

const opened = openLineMemory();
if (!opened.ok) throw opened.error;

/**
 * Two append ports that are given the same: one recognises known lines, the other reads everything by the reference
 * parsers. Whatever one hands over, counts, logs or remembers, the other must too.
 */
export class TwinWorlds {
  readonly fast: ScrapeWorld;
  readonly reference: ScrapeWorld;

  /** `pause`: new series are worked out ahead of each append. */
  constructor(options: WorldOptions = {}, pause?: () => Promise<void>) {
    this.fast = new ScrapeWorld({ ...options, lines: opened.ok ? opened.memory : undefined, ...(pause && { pause }) });
    this.reference = new ScrapeWorld({ ...options, lines: undefined });
  }

  scrape(body: Uint8Array, contentType?: string): void {
    const options = contentType === undefined ? {} : { contentType };
    assert.deepEqual(named(this.fast.scrape(body, options)), named(this.reference.scrape(body, options)));
    this.#compare();
  }

  fail(): void {
    assert.deepEqual(named(this.fast.fail()), named(this.reference.fail()));
    this.#compare();
  }

  /** Ends both; neither may hold anything afterwards. */
  end(): void {
    assert.deepEqual([this.fast.releaseAll(), this.reference.releaseAll()], [0, 0]);
    assert.deepEqual([...this.fast.faults, ...this.reference.faults, ...this.fast.errors, ...this.reference.errors], []);
  }

  #compare(): void {
    assert.deepEqual(stateOf(this.fast), stateOf(this.reference));
  }
}

/** A batch with its series by name: refs are given again in the order in which series were forgotten. */
function named(batch: RecordedBatch): unknown {
  return { ...batch, samples: batch.samples.map((sample) => ({ ...sample, ref: 0 })) };
}

function stateOf(world: ScrapeWorld): unknown {
  const { cache, lastError, health, lastSamplesScraped } = world.loop();
  const families = cache.metadata.list().map((metadata) => ({ ...metadata, changed: cache.metadata.lastChanged(metadata.family) }));
  const { seriesCount, droppedCount, iteration } = cache;
  const { warnings, counted } = world;
  return {
    lastError,
    health,
    lastSamplesScraped,
    families,
    seriesCount,
    droppedCount,
    iteration,
    warnings,
    counted,
    bytes: cache.metadata.bytes,
  };
}
