import { formatDuration } from '@limpet/model';
import { parse, stringify } from 'yaml';
import type { Scenario, ScenarioAnswer, ScenarioExpectation, ScenarioStep } from './scenario.ts';

const DEFAULT_START_MS = Date.parse('2026-01-01T00:00:00Z');

/** A scenario as the text of a file: read again, it is the same. */
export function scenarioText(scenario: Scenario): string {
  const { name, config, startMs, untilMs, concurrency, reloadOnStartup, seed, hostName, answers, files, dns, timeline, expect } = scenario;
  const document = {
    name,
    start: startMs === DEFAULT_START_MS ? undefined : new Date(startMs).toISOString(),
    until: durationText(untilMs),
    concurrency,
    reloadOnStartup,
    seed,
    hostName,
    config: configDocument(config),
    targets: unlessEmpty(mapped(answers, answerDocument)),
    files: unlessEmpty(files),
    dns: unlessEmpty(dns),
    timeline: timeline.length === 0 ? undefined : timeline.map(stepDocument),
    expect: expect.map(expectationDocument),
  };
  const fields = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
  return `# yaml-language-server: $schema=https://limpet.dev/scenario.schema.json\n${stringify(fields, { lineWidth: 120 })}`;
}

/** A configuration in place where it is one, else its text. */
function configDocument(text: string): unknown {
  try {
    const document: unknown = parse(text);
    return typeof document === 'object' && document !== null && !Array.isArray(document) ? document : text;
  } catch {
    return text;
  }
}

function answerDocument({ takesMs, ...answer }: ScenarioAnswer): unknown {
  const takes = takesMs === undefined ? {} : { takes: takesMs === 'never' ? 'never' : durationText(takesMs) };
  return { ...answer, ...takes };
}

function stepDocument({ atMs, answer, config, clockMs, suspendMs, ...step }: ScenarioStep): unknown {
  return {
    at: durationText(atMs),
    ...(answer !== undefined && { answer: mapped(answer, answerDocument) }),
    ...(config !== undefined && { config: configDocument(config) }),
    ...(clockMs !== undefined && { clock: durationText(clockMs) }),
    ...(suspendMs !== undefined && { suspend: durationText(suspendMs) }),
    ...step,
  };
}

function expectationDocument(expected: ScenarioExpectation): unknown {
  const { kind: _, fromMs, toMs, atMs, ...fields } = expected as ScenarioExpectation & { fromMs?: number; toMs?: number; atMs?: number };
  return {
    ...fields,
    ...(atMs !== undefined && { at: durationText(atMs) }),
    ...(fromMs !== undefined && { from: durationText(fromMs) }),
    ...(toMs !== undefined && { to: durationText(toMs) }),
  };
}

/** Whole milliseconds, as durations are written. */
function durationText(ms: number): string {
  const text = formatDuration(Math.abs(Math.round(ms)));
  return ms < 0 ? `-${text}` : text;
}

function mapped<Value>(record: Readonly<Record<string, Value>>, map: (value: Value) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function unlessEmpty(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  return Object.keys(record).length === 0 ? undefined : record;
}
