import { parseDuration } from '@limpet/model';
import { parse, stringify } from 'yaml';
import { checkSchema } from './check-schema.ts';
import type { Scenario, ScenarioAnswer, ScenarioExpectation, ScenarioStep } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';
import { SCENARIO_SCHEMA } from './scenario-schema.ts';

const START = '2026-01-01T00:00:00Z';
const DEFAULT_SEED = 1;

type Fields = Readonly<Record<string, unknown>>;
type Optional<Value> = Value | undefined;

/** The scenario of a YAML text. Throws a `ScenarioError` with everything that is wrong with it. */
export function readScenario(text: string, file: string): Scenario {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new ScenarioError(file, [{ path: '', message: cause instanceof Error ? cause.message : String(cause) }]);
  }
  return scenarioOf(document, file);
}

/** The scenario of a document, as a YAML file or a program has it. */
export function scenarioOf(document: unknown, file: string): Scenario {
  const faults = checkSchema(document, SCENARIO_SCHEMA);
  if (faults.length > 0) throw new ScenarioError(file, faults);
  const fields = document as Fields;
  const startMs = Date.parse((fields['start'] as Optional<string>) ?? START);
  if (Number.isNaN(startMs)) throw new ScenarioError(file, [{ path: 'start', message: 'not a time of RFC 3339' }]);
  const timeline = ((fields['timeline'] as Optional<readonly Fields[]>) ?? []).map(stepOf);
  const scenario: Scenario = {
    name: (fields['name'] as Optional<string>) ?? file.replace(/^.*\//, '').replace(/\.ya?ml$/, ''),
    config: documentText(fields['config'], 'yaml'),
    startMs,
    untilMs: ms(fields['until']),
    ...(typeof fields['concurrency'] === 'number' && { concurrency: fields['concurrency'] }),
    ...(typeof fields['reloadOnStartup'] === 'boolean' && { reloadOnStartup: fields['reloadOnStartup'] }),
    seed: (fields['seed'] as Optional<number>) ?? DEFAULT_SEED,
    hostName: (fields['hostName'] as Optional<string>) ?? 'scenario',
    answers: mapped(fields['targets'], answerOf),
    files: mapped(fields['files'], (content) => documentText(content, 'json')),
    dns: mapped(fields['dns'], (records) => (records as readonly string[] | null) ?? []),
    timeline: timeline.toSorted((a, b) => a.atMs - b.atMs),
    expect: ((fields['expect'] as Optional<readonly Fields[]>) ?? []).map((expected, index) => expectationOf(expected, { file, index })),
  };
  return scenario;
}

function stepOf(fields: Fields): ScenarioStep {
  const { answer, file, dns, config, reload, clock, suspend, stop } = fields;
  return {
    atMs: ms(fields['at']),
    ...(answer !== undefined && { answer: mapped(answer, answerOf) }),
    ...(file !== undefined && { file: mapped(file, (content) => (content === null ? null : documentText(content, 'json'))) }),
    ...(dns !== undefined && { dns: dns as NonNullable<ScenarioStep['dns']> }),
    ...(config !== undefined && { config: documentText(config, 'yaml') }),
    ...(reload !== undefined && { reload: reload as boolean }),
    ...(clock !== undefined && { clockMs: ms(clock) }),
    ...(suspend !== undefined && { suspendMs: ms(suspend) }),
    ...(stop !== undefined && { stop: stop as boolean }),
  };
}

function answerOf(given: unknown): ScenarioAnswer {
  if (typeof given === 'string') return { body: given };
  const { status, body, contentType, takes, fails, needs, times } = given as Fields;
  const isDocument = body !== undefined && typeof body !== 'string';
  return {
    ...(status !== undefined && { status: status as number }),
    ...(body !== undefined && { body: documentText(body, 'json') }),
    ...(isDocument && { contentType: 'application/json' }),
    ...(contentType !== undefined && { contentType: contentType as string }),
    ...(takes !== undefined && { takesMs: takes === 'never' ? 'never' : ms(takes) }),
    ...(fails !== undefined && { fails: fails as string }),
    ...(needs !== undefined && { needs: needs as string }),
    ...(times !== undefined && { times: times as number }),
  };
}

function expectationOf(fields: Fields, where: { readonly file: string; readonly index: number }): ScenarioExpectation {
  const refuse = (message: string): never => {
    throw new ScenarioError(where.file, [{ path: `expect[${where.index}]`, message }]);
  };
  const need = (name: string): unknown => fields[name] ?? refuse(`${name} is missing`);
  const text = (name: string): string => {
    const scalar = need(name);
    return typeof scalar === 'string' ? scalar : JSON.stringify(scalar);
  };
  const count = (): number => need('count') as number;
  const stretch = {
    ...(fields['from'] !== undefined && { fromMs: ms(fields['from']) }),
    ...(fields['to'] !== undefined && { toMs: ms(fields['to']) }),
  };
  const { series, markers, health, outcomes, actor, event, requests } = fields as Readonly<Record<string, string | undefined>>;
  const named = [series, markers, health, outcomes, actor, event, requests].filter((kind) => kind !== undefined);
  if (named.length !== 1) return refuse('expected exactly one of series, markers, health, outcomes, actor, event, requests');
  if (markers !== undefined) return { kind: 'markers', markers, count: count(), ...stretch };
  if (health !== undefined) {
    const error = fields['error'] as Optional<string>;
    return { kind: 'health', health, atMs: ms(need('at')), is: text('is'), ...(error !== undefined && { error }) };
  }
  if (outcomes !== undefined) return { kind: 'outcomes', outcomes, are: text('are'), ...stretch };
  if (actor !== undefined) return { kind: 'transitions', actor, state: text('state'), count: count(), ...stretch };
  if (event !== undefined) return { kind: 'event', event, where: mapped(fields['where'], String), count: count(), ...stretch };
  if (requests !== undefined) return { kind: 'requests', requests, count: count(), ...stretch };
  if (fields['values'] !== undefined) return { kind: 'values', series: text('series'), values: text('values'), ...stretch };
  if (fields['value'] !== undefined) return { kind: 'value', series: text('series'), atMs: ms(need('at')), value: text('value') };
  if (fields['count'] === undefined) return refuse('series goes with values, with at and value, or with count');
  return { kind: 'count', series: text('series'), count: count(), ...stretch };
}

function mapped<Value>(given: unknown, map: (value: unknown) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries((given as Optional<Fields>) ?? {}).map(([key, value]) => [key, map(value)]));
}

/** A text as it is; anything else written out. */
function documentText(given: unknown, format: 'json' | 'yaml'): string {
  if (typeof given === 'string') return given;
  return format === 'json' ? JSON.stringify(given) : stringify(given);
}

/** Milliseconds of a duration, which may be negative. Numbers are seconds. */
function ms(given: unknown): number {
  if (typeof given === 'number') return given * 1000;
  const text = String(given);
  return text.startsWith('-') ? -parseDuration(text.slice(1)) : parseDuration(text);
}
