import { parseText } from '@limpet/exposition';
import { encodeLabels, labelsFrom } from '@limpet/model';
import type { ScrapeBatch, SeriesRegistry } from '@limpet/model';

/** The batch that a scrape of each body hands over, without report series. Bodies have the same series in order. */
export function scrapeBatches(bodies: readonly Uint8Array[], registry: SeriesRegistry, instance = 'localhost:9100'): ScrapeBatch[] {
  return bodies.map((body, tick) => {
    const samples = [...parseText(body)].filter((entry) => entry.kind === 'sample');
    const labels = samples.map((sample) => labelsFrom([...sample.labels(), ['instance', instance], ['job', 'bench']]));
    return {
      job: 'bench',
      targetId: `${instance}#000000`,
      tick,
      epoch: 0,
      timestampMs: 0,
      count: samples.length,
      series: Float64Array.from(labels, (each) => registry.acquire(encodeLabels(each))),
      values: Float64Array.from(samples, ({ value }) => value),
      flags: new Uint8Array(samples.length),
    };
  });
}
