import { runScenario } from '../scenario/run-scenario.ts';
import type { RunScenarioOptions } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioText } from '../scenario/scenario-text.ts';
import type { Predicate } from './predicate.ts';
import { PASSES } from './reductions.ts';

/** Stories told in one shrinking at most. */
export const SHRINK_RUNS_MAX = 2_000;

export interface ShrinkOptions extends RunScenarioOptions {
  readonly scenario: Scenario;
  readonly predicate: Predicate;
  /** `SHRINK_RUNS_MAX` by default. */
  readonly runsMax?: number;
  /** Told of every step that made it smaller. */
  readonly onSmaller?: (pass: string, scenario: Scenario) => void;
}

/** What shrinking has come to. */
export interface ShrinkResult {
  /** The smallest that still shows it, with promises that say so; undefined where already the given one does not. */
  readonly scenario: Scenario | undefined;
  readonly runCount: number;
  /** Whether nothing more could be taken away; false where the runs were used up. */
  readonly isMinimal: boolean;
}

/**
 * Takes away from a story whatever it can while a predicate still holds: greedily, the largest first, pass after pass,
 * until no pass gives anything. Every candidate is told from its beginning, in virtual time.
 */
export async function shrink(options: ShrinkOptions): Promise<ShrinkResult> {
  return new Shrinking(options).run();
}

class Shrinking {
  readonly #options: ShrinkOptions;
  readonly #runsMax: number;
  /** Candidates that were told already: passes come by the same ones again. */
  readonly #tried = new Set<string>();
  #smallest: Scenario;
  #runCount = 0;

  constructor(options: ShrinkOptions) {
    this.#options = options;
    this.#runsMax = options.runsMax ?? SHRINK_RUNS_MAX;
    this.#smallest = { ...options.scenario, expect: [] };
  }

  async run(): Promise<ShrinkResult> {
    if (!(await this.#shows(this.#smallest))) return { scenario: undefined, runCount: this.#runCount, isMinimal: false };
    let isSmaller = true;
    while (isSmaller && this.#hasRuns) {
      isSmaller = false;
      for (const pass of PASSES) isSmaller = (await this.#take(pass)) || isSmaller;
    }
    const isMinimal = this.#hasRuns;
    const expect = this.#options.predicate.expectations(await runScenario(this.#smallest, this.#options));
    return { scenario: { ...this.#smallest, name: `shrunk: ${this.#options.scenario.name}`, expect }, runCount: this.#runCount, isMinimal };
  }

  get #hasRuns(): boolean {
    return this.#runCount < this.#runsMax;
  }

  /** Applies a pass until it gives nothing more. */
  async #take({ name, reductions }: (typeof PASSES)[number]): Promise<boolean> {
    let hasGiven = false;
    for (let isGiving = true; isGiving && this.#hasRuns;) {
      isGiving = false;
      for (const reduce of reductions(this.#smallest)) {
        const candidate = reduce(this.#smallest);
        if (!this.#hasRuns || !(await this.#shows(candidate))) continue;
        this.#smallest = candidate;
        this.#options.onSmaller?.(name, candidate);
        isGiving = true;
        hasGiven = true;
        break;
      }
    }
    return hasGiven;
  }

  async #shows(candidate: Scenario): Promise<boolean> {
    const text = scenarioText(candidate);
    if (this.#tried.has(text)) return false;
    this.#tried.add(text);
    this.#runCount++;
    const run = await runScenario(candidate, this.#options);
    return run.startError === undefined && this.#options.predicate.holds(run);
  }
}
