import { parseTargetSelector } from '@limpet/agent';
import type { LedgerTick } from '@limpet/agent';
import { labelValue } from '@limpet/model';
import { labelsText } from '../trace/sample-trace.ts';
import type { ScenarioExpectation } from './scenario.ts';
import { hostAndPort } from './scripted-servers.ts';
import type { ScenarioRun, SeenSample } from './scenario-run.ts';

/** Whether one promise was kept. */
export interface ExpectationResult {
  readonly ok: boolean;
  /** What is promised, for people. */
  readonly title: string;
  readonly expected: string;
  readonly found: string;
  /** The field that would have to hold what was found; undefined where a person has to look. */
  readonly field: 'values' | 'value' | 'count' | 'is' | 'are' | undefined;
  /** More to look at when it failed. */
  readonly details: readonly string[];
}

/** How long a query looks back for a sample, as Prometheus does. */
const LOOK_BACK_MS = 300_000;
const DETAILS_MAX = 12;

/** Compares one promise with what happened. */
export function checkExpectation(expected: ScenarioExpectation, run: ScenarioRun): ExpectationResult {
  switch (expected.kind) {
    case 'values':
      return checkValues(expected, run);
    case 'value':
      return checkValue(expected, run);
    case 'count':
      return counted(`${expected.series} has ${expected.count} samples`, expected.count, samplesOf(expected.series, run, expected));
    case 'markers': {
      const markers = samplesOf(expected.markers, run, expected).filter(({ value }) => value === 'stale');
      return counted(`${expected.markers} has ${expected.count} stale markers`, expected.count, markers);
    }
    case 'health':
      return checkHealth(expected, run);
    case 'outcomes':
      return checkOutcomes(expected, run);
    case 'transitions':
      return checkTransitions(expected, run);
    case 'event':
      return checkEvents(expected, run);
    case 'requests':
      return checkRequests(expected, run);
  }
}

type Of<Kind extends ScenarioExpectation['kind']> = Extract<ScenarioExpectation, { readonly kind: Kind }>;

interface Stretch {
  readonly fromMs?: number;
  readonly toMs?: number;
}

function isWithin({ fromMs = -Infinity, toMs = Infinity }: Stretch, atMs: number): boolean {
  return atMs >= fromMs && atMs <= toMs;
}

function samplesOf(selector: string, { samples }: ScenarioRun, stretch: Stretch): readonly SeenSample[] {
  const parsed = parseTargetSelector(selector);
  if (!parsed.ok) throw parsed.error;
  return samples.filter(({ labels, atMs }) => isWithin(stretch, atMs) && parsed.value.matches(labels));
}

function checkValues(expected: Of<'values'>, run: ScenarioRun): ExpectationResult {
  const samples = samplesOf(expected.series, run, expected);
  const names = new Set(samples.map(({ labels }) => labelsText(labels)));
  const found = packed(samples.map(({ value }) => String(value)));
  const wanted = packed(unpacked(expected.values));
  const title = `${expected.series} goes ${wanted === '' ? 'nowhere' : wanted}`;
  if (names.size > 1) {
    return { ok: false, title, expected: wanted, found, field: undefined, details: [`${names.size} series match:`, ...some([...names])] };
  }
  return { ok: found === wanted, title, expected: wanted, found, field: 'values', details: some(samples.map(sampleText)) };
}

function checkValue(expected: Of<'value'>, run: ScenarioRun): ExpectationResult {
  const samples = samplesOf(expected.series, run, { fromMs: expected.atMs - LOOK_BACK_MS, toMs: expected.atMs });
  const last = samples.reduce<SeenSample | undefined>(
    (newest, sample) => (newest === undefined || sample.timestampMs >= newest.timestampMs ? sample : newest),
    undefined,
  );
  const found = last === undefined || last.value === 'stale' ? 'none' : String(last.value);
  const title = `${expected.series} is ${expected.value} at ${expected.atMs / 1000}s`;
  return { ok: found === expected.value, title, expected: expected.value, found, field: 'value', details: some(samples.map(sampleText)) };
}

function counted(title: string, count: number, samples: readonly SeenSample[]): ExpectationResult {
  const details = some(samples.map(sampleText));
  return { ok: samples.length === count, title, expected: String(count), found: String(samples.length), field: 'count', details };
}

function checkHealth(expected: Of<'health'>, { targetsAt }: ScenarioRun): ExpectationResult {
  const targets = targetsAt.get(expected.atMs) ?? [];
  const target = targets.find(({ id, url, labels }) => [id, url, labelValue(labels, 'instance')].includes(expected.health));
  const found = target?.health ?? 'gone';
  const hasError = expected.error === undefined || (target?.lastError ?? '').includes(expected.error);
  const title = `${expected.health} is ${expected.is} at ${expected.atMs / 1000}s`;
  const details =
    target === undefined ? some(targets.map(({ id, health }) => `${id} ${health}`)) : [`last error: ${target.lastError || 'none'}`];
  const isField = found === expected.is ? undefined : 'is';
  return { ok: found === expected.is && hasError, title, expected: expected.is, found, field: isField, details };
}

function checkOutcomes(expected: Of<'outcomes'>, run: ScenarioRun): ExpectationResult {
  const targets = run.ticks.filter(({ id, url, labels }) => [id, url, labelValue(labels, 'instance')].includes(expected.outcomes));
  const ticks = targets.flatMap((target) => target.ticks).filter(({ atMs }) => isWithin(expected, atMs - run.startMs));
  const found = packed(ticks.toSorted((a, b) => a.atMs - b.atMs).map(outcomeText));
  const wanted = packed(unpacked(expected.are));
  const title = `the ticks of ${expected.outcomes} are ${wanted}`;
  return { ok: found === wanted, title, expected: wanted, found, field: 'are', details: some(targets.map(({ id }) => id)) };
}

function outcomeText({ outcome, reason }: LedgerTick): string {
  return reason === '' ? outcome : `${outcome}(${reason})`;
}

function checkTransitions(expected: Of<'transitions'>, run: ScenarioRun): ExpectationResult {
  const path = new RegExp(`^${expected.actor.split('*').map(quoted).join('.*')}$`);
  const all = run.transitions.filter(({ actor, atMs }) => path.test(actor) && isWithin(expected, atMs));
  const found = all.filter(({ state }) => state === expected.state || state.startsWith(`${expected.state}.`));
  const title = `${expected.actor} comes ${expected.count} times into ${expected.state}`;
  const details = some(all.map(({ atMs, actor, event, state }) => `${atMs / 1000}s ${actor} ${event} → ${state}`));
  return {
    ok: found.length === expected.count,
    title,
    expected: String(expected.count),
    found: String(found.length),
    field: 'count',
    details,
  };
}

function checkEvents(expected: Of<'event'>, run: ScenarioRun): ExpectationResult {
  const all = run.events.filter(({ type, sinceMs }) => type === expected.event && isWithin(expected, sinceMs));
  const found = all.filter((event) => Object.entries(expected.where).every(([name, value]) => String(fieldOf(event, name)) === value));
  const details = some(all.map(({ sinceMs, ...event }) => `${sinceMs / 1000}s ${JSON.stringify(event)}`));
  const title = `${expected.event} is told ${expected.count} times`;
  return {
    ok: found.length === expected.count,
    title,
    expected: String(expected.count),
    found: String(found.length),
    field: 'count',
    details,
  };
}

/** A field by its name, or by `labels.instance` the one within. */
function fieldOf(event: object, name: string): unknown {
  return name.split('.').reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>> | undefined)?.[part], event);
}

function checkRequests(expected: Of<'requests'>, run: ScenarioRun): ExpectationResult {
  const isOf = (url: string): boolean => [url, url.split('?')[0], hostAndPort(new URL(url))].includes(expected.requests);
  const found = run.requests.filter(({ url, atMs }) => isWithin(expected, atMs) && isOf(url));
  const title = `${expected.requests} is asked ${expected.count} times`;
  const details = some(found.map(({ atMs, url }) => `${atMs / 1000}s ${url}`));
  return {
    ok: found.length === expected.count,
    title,
    expected: String(expected.count),
    found: String(found.length),
    field: 'count',
    details,
  };
}

function sampleText({ atMs, labels, timestampMs, value }: SeenSample): string {
  return `${atMs / 1000}s ${labelsText(labels)} ${value} @${timestampMs}`;
}

/** `1 x3` stands for `1 1 1`. */
function unpacked(text: string): readonly string[] {
  const values: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const times = /^x(\d+)$/.exec(word)?.[1];
    const last = values.at(-1);
    if (times === undefined || last === undefined) values.push(word);
    else for (let count = 1; count < Number(times); count++) values.push(last);
  }
  return values;
}

function packed(values: readonly string[]): string {
  const words: string[] = [];
  for (let index = 0; index < values.length;) {
    let end = index + 1;
    while (values[end] === values[index]) end++;
    words.push(values[index] ?? '');
    if (end - index > 1) words.push(`x${end - index}`);
    index = end;
  }
  return words.join(' ');
}

function some(lines: readonly string[]): readonly string[] {
  return lines.length <= DETAILS_MAX ? lines : [...lines.slice(0, DETAILS_MAX), `… and ${lines.length - DETAILS_MAX} more`];
}

function quoted(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
}
