import { parse, parseDocument, stringify } from 'yaml';
import type { Scenario, ScenarioStep } from '../scenario/scenario.ts';

/** A scenario with less in it. */
export type Reduction = (scenario: Scenario) => Scenario;

/** A pass: everything that could be taken away in one way, the largest first. */
export interface Pass {
  readonly name: string;
  readonly reductions: (scenario: Scenario) => readonly Reduction[];
}

/** Every way to take something away, in the order in which it is tried. */
export const PASSES: readonly Pass[] = [
  { name: 'cut the tail', reductions: cutTail },
  { name: 'drop jobs', reductions: dropJobs },
  { name: 'drop targets', reductions: dropTargets },
  { name: 'drop what happens', reductions: dropSteps },
  { name: 'drop settings', reductions: dropSettings },
  { name: 'drop servers', reductions: dropServers },
  { name: 'drop time', reductions: dropTime },
  { name: 'make answers failures', reductions: failAnswers },
  { name: 'delete lines of bodies', reductions: deleteLines },
  { name: 'round times', reductions: roundTimes },
];

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

function cutTail({ untilMs }: Scenario): readonly Reduction[] {
  const ends = [0.1, 0.25, 0.5, 0.75, 0.9, 0.97].map((share) => Math.ceil((untilMs * share) / SECOND_MS) * SECOND_MS);
  return [...new Set(ends)]
    .filter((end) => end > 0 && end < untilMs)
    .map((end) => (scenario) => ({ ...scenario, untilMs: end, timeline: scenario.timeline.filter(({ atMs }) => atMs <= end) }));
}

interface ConfigDocument {
  readonly scrape_configs?: readonly JobDocument[];
  readonly remote_write?: unknown;
  readonly [field: string]: unknown;
}

interface JobDocument {
  readonly job_name?: string;
  readonly static_configs?: readonly GroupDocument[];
  readonly [field: string]: unknown;
}

interface GroupDocument {
  readonly targets?: readonly string[];
  readonly [field: string]: unknown;
}

function dropJobs(scenario: Scenario): readonly Reduction[] {
  const names = new Set(configTexts(scenario).flatMap((text) => jobsOf(text).map(({ job_name: name }) => name)));
  const drops = [...names].map((name): Reduction =>
    withConfigs((config) => {
      return { ...config, scrape_configs: (config.scrape_configs ?? []).filter((job) => job.job_name !== name) };
    }),
  );
  const alone = [...names].map((name): Reduction =>
    withConfigs((config) => {
      return { ...config, scrape_configs: (config.scrape_configs ?? []).filter((job) => job.job_name === name) };
    }),
  );
  return names.size < 2 ? [] : [...alone, ...drops, withConfigs((config) => without(config, ['remote_write']) as ConfigDocument)];
}

/** Targets in configurations and in files of groups; all but a few at once, then one by one. */
function dropTargets(scenario: Scenario): readonly Reduction[] {
  const inConfigs = configTexts(scenario).flatMap((text) => jobsOf(text).flatMap((job) => targetsOf(job.static_configs)));
  const inFiles = fileTexts(scenario).flatMap((text) => targetsOf(groupsOf(text)));
  const all = [...new Set([...inConfigs, ...inFiles])];
  if (all.length < 2) return [];
  return chunks(all).map((dropped) => {
    const isKept = (target: string): boolean => !dropped.includes(target);
    const groups = (list: readonly GroupDocument[]): readonly GroupDocument[] =>
      list.map((group) => ({ ...group, targets: (group.targets ?? []).filter(isKept) }));
    const jobs = withConfigs((config) => ({
      ...config,
      scrape_configs: (config.scrape_configs ?? []).map((job) =>
        job.static_configs === undefined ? job : { ...job, static_configs: groups(job.static_configs) },
      ),
    }));
    const rewritten = (text: string): string => {
      const found = groupsOf(text);
      return found === undefined ? text : JSON.stringify(groups(found));
    };
    return (before) => mapFiles(jobs(before), rewritten);
  });
}

function dropSteps({ timeline }: Scenario): readonly Reduction[] {
  const indices = timeline.map((_, index) => index);
  return chunks(indices).map((dropped) => {
    const gone = new Set(dropped);
    return (scenario) => ({ ...scenario, timeline: scenario.timeline.filter((_, index) => !gone.has(index)) });
  });
}

/** Fields of jobs and of the whole configuration: a recording has every default written out. */
function dropSettings(scenario: Scenario): readonly Reduction[] {
  const texts = configTexts(scenario);
  const ofJobs = new Set(texts.flatMap((text) => jobsOf(text).flatMap((job) => Object.keys(job).filter((field) => field !== 'job_name'))));
  const ofAll = new Set(texts.flatMap((text) => Object.keys(configOf(text) ?? {}).filter((field) => field !== 'scrape_configs')));
  const inJobs = chunks([...ofJobs]).map((dropped) =>
    withConfigs((config) => ({
      ...config,
      scrape_configs: (config.scrape_configs ?? []).map((job) => without(job, dropped) as JobDocument),
    })),
  );
  return [...inJobs, ...chunks([...ofAll]).map((dropped) => withConfigs((config) => without(config, dropped) as ConfigDocument))];
}

/** Servers, files and names from the beginning. */
function dropServers({ answers, files, dns }: Scenario): readonly Reduction[] {
  return [
    ...chunks(Object.keys(answers)).map((gone): Reduction => (before) => ({ ...before, answers: without(before.answers, gone) })),
    ...chunks(Object.keys(files)).map((gone): Reduction => (before) => ({ ...before, files: without(before.files, gone) })),
    ...chunks(Object.keys(dns)).map((gone): Reduction => (before) => ({ ...before, dns: without(before.dns, gone) })),
  ];
}

function without<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** Moves everything after a moment nearer: by minutes where nothing happens, then by seconds. */
function dropTime({ timeline, untilMs }: Scenario): readonly Reduction[] {
  const moments = [0, ...timeline.map(({ atMs }) => atMs), untilMs];
  return moments.slice(1).flatMap((end, index) => {
    const gapMs = end - (moments[index] ?? 0);
    const shifts = [Math.floor(gapMs / MINUTE_MS) * MINUTE_MS, Math.floor(gapMs / 2 / SECOND_MS) * SECOND_MS].filter((shift) => shift > 0);
    return [...new Set(shifts)].map((shift): Reduction => (scenario) => ({
      ...scenario,
      untilMs: scenario.untilMs - shift,
      timeline: scenario.timeline.map((step, at) => (at >= index ? { ...step, atMs: step.atMs - shift } : step)),
    }));
  });
}

function failAnswers(scenario: Scenario): readonly Reduction[] {
  return Object.entries(scenario.answers)
    .filter(([, answer]) => answer.fails === undefined)
    .map(([address]) => (before) => ({ ...before, answers: { ...before.answers, [address]: { fails: 'connectionRefused' } } }));
}

/** Lines of every body that holds them, in chunks; delta debugging. */
function deleteLines(scenario: Scenario): readonly Reduction[] {
  const lines = [...new Set(bodiesOf(scenario).flatMap((body) => body.split('\n').filter((line) => line !== '')))];
  return chunks(lines).map((dropped) => {
    const gone = new Set(dropped);
    return (before) =>
      mapBodies(before, (body) =>
        body
          .split('\n')
          .filter((line) => !gone.has(line))
          .join('\n'),
      );
  });
}

function roundTimes({ timeline, untilMs }: Scenario): readonly Reduction[] {
  const rounded = (ms: number): number => Math.round(ms / SECOND_MS) * SECOND_MS;
  const isRound = timeline.every(({ atMs }) => atMs === rounded(atMs)) && untilMs === rounded(untilMs);
  if (isRound) return [];
  return [
    (scenario) => ({
      ...scenario,
      untilMs: rounded(scenario.untilMs),
      timeline: scenario.timeline.map((step) => ({ ...step, atMs: rounded(step.atMs) })),
    }),
  ];
}

/** Halves, quarters … down to single ones, as delta debugging takes them away. */
function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const found: (readonly Item[])[] = [];
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < items.length; start += size) found.push(items.slice(start, start + size));
  }
  return found;
}

function configTexts({ config, timeline }: Scenario): readonly string[] {
  return [config, ...timeline.flatMap((step) => step.config ?? [])];
}

function configOf(text: string): ConfigDocument | undefined {
  const document = parseDocument(text);
  const config: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  return typeof config === 'object' && config !== null && !Array.isArray(config) ? (config as ConfigDocument) : undefined;
}

function jobsOf(text: string): readonly JobDocument[] {
  return configOf(text)?.scrape_configs ?? [];
}

function withConfigs(change: (config: ConfigDocument) => ConfigDocument): Reduction {
  const changed = (text: string): string => {
    const config = configOf(text);
    return config === undefined ? text : stringify(change(config));
  };
  return (scenario) => ({
    ...scenario,
    config: changed(scenario.config),
    timeline: scenario.timeline.map((step): ScenarioStep => (step.config === undefined ? step : { ...step, config: changed(step.config) })),
  });
}

function fileTexts({ files, timeline }: Scenario): readonly string[] {
  return [...Object.values(files), ...timeline.flatMap(({ file = {} }) => Object.values(file).filter((text) => text !== null))];
}

function groupsOf(text: string): readonly GroupDocument[] | undefined {
  try {
    const found: unknown = parse(text);
    return Array.isArray(found) ? (found as readonly GroupDocument[]) : undefined;
  } catch {
    return undefined;
  }
}

function targetsOf(groups: readonly GroupDocument[] = []): readonly string[] {
  return groups.flatMap(({ targets = [] }) => targets);
}

function mapFiles(scenario: Scenario, map: (text: string) => string): Scenario {
  const all = <Text extends string | null>(files: Readonly<Record<string, Text>>): Record<string, Text> =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, (text === null ? null : map(text)) as Text]));
  return {
    ...scenario,
    files: all(scenario.files),
    timeline: scenario.timeline.map((step): ScenarioStep => (step.file === undefined ? step : { ...step, file: all(step.file) })),
  };
}

function bodiesOf({ answers, timeline }: Scenario): readonly string[] {
  return [answers, ...timeline.map(({ answer = {} }) => answer)].flatMap((all) => Object.values(all).flatMap(({ body }) => body ?? []));
}

function mapBodies(scenario: Scenario, map: (body: string) => string): Scenario {
  const all = (answers: Scenario['answers']): Scenario['answers'] =>
    Object.fromEntries(
      Object.entries(answers).map(([address, answer]) => [
        address,
        answer.body === undefined ? answer : { ...answer, body: map(answer.body) },
      ]),
    );
  return {
    ...scenario,
    answers: all(scenario.answers),
    timeline: scenario.timeline.map((step): ScenarioStep => (step.answer === undefined ? step : { ...step, answer: all(step.answer) })),
  };
}
