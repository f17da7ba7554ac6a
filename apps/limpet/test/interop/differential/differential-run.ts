import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getJson } from '../program/http-get.ts';
import { isAtLeast } from '../program/peer-program.ts';
import { temporaryFolder } from '../program/temporary-folder.ts';
import { startSink } from '../sink/remote-write-sink.ts';
import type { RemoteWriteSink } from '../sink/remote-write-sink.ts';
import { startScriptServer } from '../target/script-server.ts';
import type { ScriptServer } from '../target/script-server.ts';
import { waitUntil } from '../wait-until.ts';
import { startClosableTarget } from './closable-target.ts';
import type { ClosableTarget } from './closable-target.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { scenarioConfig } from './scenario-config.ts';
import type { JobFields, Scenario, ScenarioPlace, SideName, SideView } from './scenario.ts';
import { startSender } from '../program/sender.ts';
import type { Sender, SenderProgram } from '../program/sender.ts';

/** From the moment both senders are ready to the last sample that is compared. */
const RUN_DEADLINE_MS = 60_000;

/** Three more report series, of which two tell of limits and bodies (S-151). */
const FLAGS = ['--enable-feature=extra-scrape-metrics'];

/** One sender with everything that belongs to it alone. */
interface Side {
  readonly name: SideName;
  readonly sender: Sender;
  readonly sink: RemoteWriteSink;
  readonly closable: ClosableTarget;
  readonly place: ScenarioPlace;
}

export interface DifferentialRun extends AsyncDisposable {
  readonly reference: SenderProgram;
  /** Why the reference cannot take part in a scenario, if so. */
  readonly skipReason: (scenario: Scenario) => string | undefined;
  /** Resolves when both senders have delivered all of a scenario; rejects when they do not. */
  readonly finish: (scenario: Scenario) => Promise<void>;
  /** Resolves when every scenario has finished or failed to. */
  readonly settled: Promise<unknown>;
  readonly outcome: (scenario: Scenario, side: SideName) => Outcome;
  /** What a sender says of a scenario's target: its health and last error. */
  readonly target: (scenario: Scenario, side: SideName) => Promise<TargetStatus>;
  readonly sinks: Readonly<Record<SideName, RemoteWriteSink>>;
  readonly strays: (side: SideName) => string[];
}

/** A target as the API of both senders tells of it. */
export interface TargetStatus {
  readonly health: string;
  readonly lastError: string;
  readonly scrapeUrl: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DifferentialStart {
  readonly scenarios: readonly Scenario[];
  readonly subject: SenderProgram;
  readonly reference: SenderProgram;
  /** Further flags for both. */
  readonly flags?: readonly string[];
}

/** Starts both senders on the same scripted targets. All scenarios run at the same time. */
export async function startDifferentialRun(start: DifferentialStart): Promise<DifferentialRun> {
  const resources = new AsyncDisposableStack();
  try {
    return await startRun(start, resources);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function startRun(
  { scenarios, subject, reference, flags = [] }: DifferentialStart,
  resources: AsyncDisposableStack,
): Promise<DifferentialRun> {
  const { path: folder } = resources.use(await temporaryFolder());
  const skipReason = ({ since }: Scenario): string | undefined =>
    [subject, reference].every(({ release }) => release === undefined || since === undefined || isAtLeast(release, since))
      ? undefined
      : `${reference.name} is older than ${since ?? ''}, which the scenario needs`;
  const running = scenarios.filter((scenario) => skipReason(scenario) === undefined);
  let baseMs = 0;
  const clientOf = (userAgent: string): string => (userAgent.startsWith(subject.userAgent) ? 'subject' : 'reference');
  const server = resources.use(await startScriptServer({ scripts: scriptsOf(running), clientOf, baseMs: () => baseMs }));
  const changes: JobChanges = new Map();
  const config: SideConfig = (place, sinkUrl) => scenarioConfig({ scenarios: running, place, sinkUrl, changes });
  const theirs = await startSide({ name: 'reference', sender: reference, folder, server, config, flags }, resources);
  // the reference sends nothing that is older than its start, and scrapes nothing before it has run for five seconds
  baseMs = Date.now();
  const ours = await startSide({ name: 'subject', sender: subject, folder, server, config, flags }, resources);
  const sides: Sides = { subject: ours, reference: theirs };
  const bothReach = waitForBoth(sides);
  const driven = driveAll(running, { sides, bothReach, changes, config, server, folder: ours.place.folder });
  const finish = async (scenario: Scenario): Promise<void> => {
    await driven.get(scenario.name);
    if (scenario.align === 'byChange') return;
    // the scrape after the last one compared: then nothing of that one is still on its way
    await bothReach(`${scenario.steps.length + 1} scrapes of ${scenario.name}`, ({ sink }) =>
      everyScript(sink, scenario, (upCount) => upCount > scenario.steps.length),
    );
  };
  const finished = new Map(running.map((scenario) => [scenario.name, finish(scenario)]));
  const settled = Promise.allSettled(finished.values());
  return {
    reference,
    skipReason,
    finish: async ({ name }) => finished.get(name),
    settled,
    outcome: (scenario, side) =>
      outcomeOf(sides[side].sink.delivery, {
        scenario: scenario.name,
        align: scenario.align ?? 'byScrape',
        scrapeCount: scenario.steps.length,
        baseMs,
        explicitTimes: scenario.explicitTimes ?? 'exact',
      }),
    target: (scenario, side) => targetStatus(sides[side].sender, scenario),
    sinks: { subject: ours.sink, reference: theirs.sink },
    strays: (side) => straysOf(sides[side].sink, running),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

type Sides = Readonly<Record<SideName, Side>>;
type JobChanges = Map<string, JobFields | undefined>;
type SideConfig = (place: ScenarioPlace, sinkUrl: string) => unknown;
type WaitForBoth = (what: string, reached: (side: Side) => boolean) => Promise<void>;

/** Waits until a condition holds for both senders; all waits together have one deadline. */
function waitForBoth({ subject, reference }: Sides): WaitForBoth {
  const sides = [subject, reference];
  const deadlineMs = Date.now() + RUN_DEADLINE_MS;
  const seen = (side: Side, isReached: boolean): string =>
    isReached ? `${side.name} has` : `${side.name} has not\n${side.sender.program.output().slice(-2000)}`;
  return (what, reached) =>
    waitUntil({
      what: `both senders to have delivered ${what}`,
      until: () => sides.every((side) => reached(side)),
      timeoutMs: Math.max(1000, deadlineMs - Date.now()),
      seen: () => sides.map((side) => seen(side, reached(side))).join('; '),
    });
}

interface Driving {
  readonly sides: Sides;
  readonly bothReach: WaitForBoth;
  readonly changes: JobChanges;
  readonly config: SideConfig;
  readonly server: ScriptServer;
  readonly folder: string;
}

/** Lets every scenario change the world as it wants to; a promise for each that does. */
function driveAll(
  scenarios: readonly Scenario[],
  { sides, bothReach, changes, config, server, folder }: Driving,
): Map<string, Promise<void>> {
  const both = [sides.subject, sides.reference];
  let reloading = Promise.resolve(); // one after the other: scenarios run at the same time
  const reloadBoth = async (): Promise<void> => {
    for (const { sender, place, sink } of both) await sender.writeConfig(config(place, sink.url));
    for (const { sender } of both) sender.program.signal('SIGHUP');
  };
  const driven = new Map<string, Promise<void>>();
  for (const scenario of scenarios) {
    const drive = scenario.drive?.({
      folder,
      address: server.address,
      bothReach: (what, reached) => bothReach(`${scenario.name}: ${what}`, (side) => reached(viewOf(side, scenario))),
      reload: (job) => {
        changes.set(scenario.name, job);
        return (reloading = reloading.then(reloadBoth));
      },
      setRefusing: async (isRefusing) => void (await Promise.all(both.map(({ closable }) => closable.setRefusing(isRefusing)))),
    });
    drive?.catch(() => {}); // told by `finish`
    if (drive !== undefined) driven.set(scenario.name, drive);
  }
  return driven;
}

async function targetStatus({ address }: Sender, { name }: Scenario): Promise<TargetStatus> {
  const { data } = (await getJson(`http://${address}/api/v1/targets?state=active`)) as { data: { activeTargets: TargetStatus[] } };
  const target = data.activeTargets.find(({ labels }) => labels['script'] === name);
  if (target === undefined) throw new Error(`no active target of ${name}`);
  return target;
}

interface SideStart {
  readonly name: SideName;
  readonly sender: SenderProgram;
  readonly folder: string;
  readonly server: ScriptServer;
  readonly config: SideConfig;
  readonly flags: readonly string[];
}

async function startSide({ name, sender, folder, server, config, flags }: SideStart, resources: AsyncDisposableStack): Promise<Side> {
  const shared = join(folder, 'shared');
  await mkdir(shared, { recursive: true });
  const sink = resources.use(await startSink());
  const closable = resources.use(await startClosableTarget());
  const place = { side: name, release: sender.release, address: server.address, closableAddress: closable.address, folder: shared };
  const program = { sender, folder: join(folder, name), config: config(place, sink.url), flags: [...FLAGS, ...flags] };
  const running = resources.use(await startSender(program));
  return { name, sender: running, sink, closable, place };
}

function scriptsOf(scenarios: readonly Scenario[]): ReadonlyMap<string, Scenario['steps']> {
  return new Map(scenarios.flatMap(({ name, steps, paths = {} }) => [[`/${name}`, steps] as const, ...Object.entries(paths)]));
}

function viewOf({ sink }: Side, { name }: Scenario): SideView {
  const times = (labels: Readonly<Record<string, string>>): number[] =>
    sink.delivery.select({ script: name, ...labels }).flatMap(({ samples }) => samples.map(({ timestampMs }) => timestampMs));
  return {
    values: (labels) => sink.delivery.values({ script: name, ...labels }),
    gapsMs: (labels) =>
      times(labels)
        .map((time, index, all) => time - (all[index - 1] ?? time))
        .slice(1),
  };
}

/** Keys of series that belong to no scenario. */
function straysOf({ delivery }: RemoteWriteSink, scenarios: readonly Scenario[]): string[] {
  const names = new Set(scenarios.map(({ name }) => name));
  return delivery
    .select()
    .filter(({ labels }) => !names.has(labels.get('script')?.split('/')[0] ?? ''))
    .map(({ key }) => key);
}

/** Whether a condition holds for the number of `up` samples of every target of a scenario, and there is one. */
function everyScript(sink: RemoteWriteSink, { name }: Scenario, holds: (upCount: number) => boolean): boolean {
  const ups = sink.delivery.select({ __name__: 'up' }).filter(({ labels }) => labels.get('script')?.split('/')[0] === name);
  return ups.length > 0 && ups.every(({ samples }) => holds(samples.length));
}
