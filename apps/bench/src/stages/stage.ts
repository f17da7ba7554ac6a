import { cpuOf } from '../process-cpu.ts';
import { mean, median, spread } from '../statistics.ts';

/** One step of the way of a sample, fed with the same bodies as every other. */
export interface Stage {
  readonly name: string;
  /** Samples that one `run` handles. */
  readonly sampleCount: number;
  /** Handles the body, or batch, of a scrape. Scrapes are numbered so that values differ from one to the next. */
  run(round: number): void | Promise<void>;
}

/** What a stage costs beside the reference loop. */
export interface StageCost {
  readonly name: string;
  /** Median CPU nanoseconds for each sample. */
  readonly nanosPerSample: number;
  /** The mean: more than the median where some work is put off and done in one go. */
  readonly meanNanosPerSample: number;
  /** Median of its time over that of the reference in the same turn: comparable from machine to machine. */
  readonly ratio: number;
  /** Interquartile range of the ratio as a share of its median. */
  readonly spread: number;
}

/** A stage is called once a body: what is compiled after some hundred calls takes a while. */
const WARM_UP_TURNS = 6;

export interface TurnOptions {
  /** Turns that count; a few more come first, until the code is compiled for what it does. */
  readonly turns: number;
  /** Samples that each stage handles in a turn. */
  readonly samplesPerTurn: number;
}

/**
 * Measures stages in turns, each with the reference loop right before it, so that whatever disturbs the machine
 * disturbs both.
 */
export async function stageCosts(
  reference: Stage,
  stages: readonly Stage[],
  { turns, samplesPerTurn }: TurnOptions,
): Promise<readonly StageCost[]> {
  const costs: StageCost[] = [];
  for (const stage of [reference, ...stages]) {
    const nanos: number[] = [];
    const ratios: number[] = [];
    for (let turn = -WARM_UP_TURNS; turn < turns; turn++) {
      const own = await nanosPerSample(reference, samplesPerTurn);
      const cost = stage === reference ? own : await nanosPerSample(stage, samplesPerTurn);
      if (turn < 0) continue;
      nanos.push(cost);
      ratios.push(cost / own);
    }
    costs.push({
      name: stage.name,
      nanosPerSample: median(nanos),
      meanNanosPerSample: mean(nanos),
      ratio: median(ratios),
      spread: spread(ratios),
    });
  }
  return costs;
}

async function nanosPerSample(stage: Stage, samples: number): Promise<number> {
  const rounds = Math.ceil(samples / stage.sampleCount);
  const { micros } = await cpuOf(async () => {
    for (let round = 0; round < rounds; round++) {
      const running = stage.run(round);
      if (running !== undefined) await running;
    }
  });
  return (micros * 1000) / (rounds * stage.sampleCount);
}
