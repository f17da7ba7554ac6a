import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { expositionBody } from '../exposition-body.ts';
import type { Table } from '../table.ts';
import { appendStage, churnStage } from './append-stage.ts';
import { labelsStage, nativeHistogramStage, openMetricsStage, protobufStage, textStage } from './parse-stages.ts';
import { referenceStage } from './reference-stage.ts';
import { remoteWriteStage, snappyStage } from './remote-write-stage.ts';
import { firstScrapes, seriesMemory } from './series-memory.ts';
import { stageCosts } from './stage.ts';
import { storeStage } from './store-stage.ts';
import { templateStage } from './template-stage.ts';

/** Different bodies that are scraped in turn. */
const BODY_COUNT = 8;

/** What one sample costs in each step of its way, beside a loop that does not change. */
export const stagesBenchmark: Benchmark = benchmark({
  name: 'stages',
  summary: 'CPU per sample of parsing, appending, encoding and storing, beside a reference loop',
  settings: { series: 1000, turns: 15, samplesPerTurn: 40_000, hugeSeries: 50_000 },
  async run({ series, turns, samplesPerTurn, hugeSeries }): Promise<readonly Table[]> {
    const bodies = (format: 'text' | 'openmetrics') =>
      Array.from({ length: BODY_COUNT }, (_, round) => expositionBody({ seriesCount: series, format, round }));
    const text = bodies('text');
    const remoteWrite = await remoteWriteStage(text, series);
    await remoteWrite.run(0);
    const store = await storeStage(text, series);
    const stages = [
      textStage(text, series),
      openMetricsStage(bodies('openmetrics'), series),
      protobufStage(series),
      nativeHistogramStage(series),
      labelsStage(text[0] ?? new Uint8Array()),
      templateStage(text, series),
      appendStage('known', 'template', text, series),
      churnStage(text, series),
      appendStage('known', 'reference', text, series),
      appendStage('new', 'template', text, series),
      remoteWrite,
      snappyStage(remoteWrite.lastBody(), series),
      store,
    ];
    const costs = await stageCosts(referenceStage(text, series), stages, { turns, samplesPerTurn });
    await store.close();
    const bytesPerSample = (text[0]?.length ?? 0) / series;
    return [
      {
        title: `stages: ${series} series, ${bytesPerSample.toFixed(0)} bytes a sample, comments included`,
        columns: ['stage', 'ns/sample', 'mean', 'µs/scrape', '× reference', 'spread %'],
        rows: costs.map(({ name, nanosPerSample, meanNanosPerSample, ratio, spread }) => [
          name,
          nanosPerSample,
          meanNanosPerSample,
          (nanosPerSample * series) / 1000,
          ratio,
          spread * 100,
        ]),
        notes: [
          'Process CPU, median and mean of turns. The ratio to the reference loop, of medians, is what to compare between machines.',
          'The store packs a series every 60 samples: its mean tells more than its median.',
        ],
      },
      seriesMemory(series),
      await firstScrapes(hugeSeries),
    ];
  },
});
