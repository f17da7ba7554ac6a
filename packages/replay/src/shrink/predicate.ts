import { checkExpectation } from '../scenario/check-expectation.ts';
import type { ScenarioExpectation } from '../scenario/scenario.ts';
import type { ScenarioRun } from '../scenario/scenario-run.ts';

/** Something that a run shows or does not: what is kept while everything else is taken away. */
export interface Predicate {
  holds(run: ScenarioRun): boolean;
  /** What a scenario that shows it promises. */
  expectations(run: ScenarioRun): readonly ScenarioExpectation[];
}

/** A text that is no predicate. */
export class PredicateError extends Error {
  override readonly name = 'PredicateError';
  readonly code = 'LIMPET_PREDICATE';
}

/** The forms of a predicate, for people. */
export const PREDICATE_FORMS = `  sample SELECTOR = VALUE    some sample of a series has this value, a number or stale
  event TYPE                 the event is told
  outcome OUTCOME            some tick ends so: late, skippedCapacity, failed(timeout)
  transition ACTOR STATE     an actor, * stands for anything, comes into the state
  log TEXT                   a warning or an error with this text is logged
Several are joined by ' and '.`;

/** Reads predicates joined by ` and `. Throws a `PredicateError`. */
export function readPredicate(text: string): Predicate {
  const parts = text.split(/\s+and\s+/).map((part) => readOne(part.trim()));
  return {
    holds: (run) => parts.every((part) => part.holds(run)),
    expectations: (run) => parts.flatMap((part) => part.expectations(run)),
  };
}

function readOne(text: string): Predicate {
  const [, kind = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(text) ?? [];
  switch (kind) {
    case 'sample':
      return samplePredicate(rest);
    case 'event':
      return counted((count) => ({ kind: 'event', event: rest, where: {}, count }));
    case 'transition': {
      const [, actor = '', state = ''] = /^(\S+)\s+(\S+)$/.exec(rest) ?? [];
      if (state === '') throw new PredicateError(`expected 'transition ACTOR STATE', got '${text}'`);
      return counted((count) => ({ kind: 'transitions', actor, state, count }));
    }
    case 'outcome':
      return outcomePredicate(rest);
    case 'log':
      return { holds: ({ logged }) => logged.some((line) => line.includes(rest)), expectations: () => [] };
    default:
      throw new PredicateError(`'${text}' is none of these:\n${PREDICATE_FORMS}`);
  }
}

function samplePredicate(text: string): Predicate {
  const [, selector = '', value = ''] = /^(.*[\w}])\s*={1,2}\s*(-?[\w.+]+)$/s.exec(text) ?? [];
  if (value === '') throw new PredicateError(`expected 'sample SELECTOR = VALUE', got 'sample ${text}'`);
  const matching = (run: ScenarioRun): ScenarioRun['samples'] =>
    run.samples.filter((sample) => String(sample.value) === value && isOf(selector, sample));
  return {
    holds: (run) => matching(run).length > 0,
    expectations: (run) => {
      const [first] = matching(run);
      if (first === undefined) return [];
      const series = exactSelector(first);
      const own = run.samples.filter((sample) => exactSelector(sample) === series);
      return [{ kind: 'values', series, values: own.map((sample) => String(sample.value)).join(' ') }];
    },
  };
}

function isOf(selector: string, sample: ScenarioRun['samples'][number]): boolean {
  const run = { samples: [sample] } as Partial<ScenarioRun> as ScenarioRun;
  return checkExpectation({ kind: 'count', series: selector, count: 1 }, run).ok;
}

function exactSelector({ labels }: ScenarioRun['samples'][number]): string {
  return `{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
}

function outcomePredicate(text: string): Predicate {
  const [, outcome = '', reason] = /^(\w+)(?:\((\w+)\))?$/.exec(text) ?? [];
  const isSuch = (tick: ScenarioRun['ticks'][number]['ticks'][number]): boolean =>
    tick.outcome === outcome && (reason === undefined || tick.reason === reason);
  return {
    holds: ({ ticks }) => ticks.some((target) => target.ticks.some(isSuch)),
    expectations: (run) => {
      const target = run.ticks.find(({ ticks }) => ticks.some(isSuch));
      if (target === undefined) return [];
      const { found } = checkExpectation({ kind: 'outcomes', outcomes: target.url, are: '' }, run);
      return [{ kind: 'outcomes', outcomes: target.url, are: found }];
    },
  };
}

/** Holds where something happens at all; a scenario promises how often. */
function counted(expectation: (count: number) => ScenarioExpectation): Predicate {
  return {
    holds: (run) => !checkExpectation(expectation(0), run).ok,
    expectations: (run) => [expectation(Number(checkExpectation(expectation(0), run).found))],
  };
}
