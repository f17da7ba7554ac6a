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
import type { Scenario, ScenarioPlace, ScenarioWorld, SideName, SideView } from './scenario.ts';
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
  /** Why the reference cannot take part in a scenario, if so. */
  readonly skipReason: (scenario: Scenario) => string | undefined;
  /** Waits until both senders have delivered all of a scenario. */
  readonly finish: (scenario: Scenario) => Promise<void>;
  readonly outcome: (scenario: Scenario, side: SideName) => Outcome;
  /** The values of one series of a scenario, for expectations of its own. */
  readonly values: (side: SideName, labels: Readonly<Record<string, string>>) => readonly string[];
  /** What a sender says of a scenario's target: its health and last error. */
  readonly target: (scenario: Scenario, side: SideName) => Promise<TargetStatus>;
  readonly sinks: Readonly<Record<SideName, RemoteWriteSink>>;
  readonly strays: (side: SideName) => string[];
}

/** A target as the API of both senders tells of it (A-032). */
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
}

/** Starts both senders on the same scripted targets. All scenarios run at the same time. */
export async function startDifferentialRun({ scenarios, subject, reference }: DifferentialStart): Promise<DifferentialRun> {
  const resources = new AsyncDisposableStack();
  try {
    return await startRun({ scenarios, subject, reference }, resources);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function startRun({ scenarios, subject, reference }: DifferentialStart, resources: AsyncDisposableStack): Promise<DifferentialRun> {
  const { path: folder } = resources.use(await temporaryFolder());
  const skipReason = ({ since }: Scenario): string | undefined =>
    [subject, reference].every(({ release }) => release === undefined || since === undefined || isAtLeast(release, since))
      ? undefined
      : `${reference.name} is older than ${since ?? ''}, which the scenario needs`;
  const running = scenarios.filter((scenario) => skipReason(scenario) === undefined);
  const baseMs = Date.now();
  const clientOf = (userAgent: string): string => (userAgent.startsWith(subject.userAgent) ? 'subject' : 'reference');
  const server = resources.use(await startScriptServer({ scripts: scriptsOf(running), clientOf, baseMs: () => baseMs }));
  const changes = new Map<string, Readonly<Record<string, unknown>> | undefined>();
  const start = (name: SideName, sender: SenderProgram): Promise<Side> =>
    startSide(
      { name, sender, folder, server, config: (place, sinkUrl) => scenarioConfig({ scenarios: running, place, sinkUrl, changes }) },
      resources,
    );
  const sides = await Promise.all([start('subject', subject), start('reference', reference)]);
  const deadlineMs = Date.now() + RUN_DEADLINE_MS;
  const bothReach = (what: string, reached: (side: Side) => boolean): Promise<void> =>
    waitUntil({
      what: `both senders to have delivered ${what}`,
      until: () => sides.every((side) => reached(side)),
      timeoutMs: Math.max(1000, deadlineMs - Date.now()),
      seen: () =>
        sides.map((side) => `${side.name} ${reached(side) ? 'has' : `has not\n${side.sender.program.output().slice(-2000)}`}`).join('; '),
    });
  const [left, right] = sides;
  const sideOf = (name: SideName): Side => (name === 'subject' ? left : right);
  let reloading = Promise.resolve(); // one after the other: scenarios run at the same time
  const reloadAll = async (): Promise<void> => {
    for (const { sender, place, sink } of sides)
      await sender.writeConfig(scenarioConfig({ scenarios: running, place, sinkUrl: sink.url, changes }));
    for (const { sender } of sides) sender.program.signal('SIGHUP');
  };
  const driven = new Map<string, Promise<void>>();
  const world = (scenario: Scenario): ScenarioWorld => ({
    folder: left.place.folder,
    address: server.address,
    bothReach: (what, reached) => bothReach(`${scenario.name}: ${what}`, (side) => reached(viewOf(side, scenario))),
    reload: (job) => {
      changes.set(scenario.name, job);
      return (reloading = reloading.then(reloadAll));
    },
    setRefusing: async (isRefusing) => void (await Promise.all(sides.map(({ closable }) => closable.setRefusing(isRefusing)))),
  });
  for (const scenario of running) {
    const drive = scenario.drive?.(world(scenario));
    drive?.catch(() => {}); // told by `finish`
    if (drive !== undefined) driven.set(scenario.name, drive);
  }
  return {
    skipReason,
    finish: async (scenario) => {
      await driven.get(scenario.name);
      if (scenario.align === 'byChange') return;
      // the scrape after the last one compared: then nothing of that one is still on its way
      await bothReach(`${scenario.steps.length + 1} scrapes of ${scenario.name}`, ({ sink }) =>
        everyScript(sink, scenario, (upCount) => upCount > scenario.steps.length),
      );
    },
    outcome: (scenario, side) =>
      outcomeOf(sideOf(side).sink.delivery, {
        scenario: scenario.name,
        align: scenario.align ?? 'byScrape',
        scrapeCount: scenario.steps.length,
        baseMs,
        explicitTimes: scenario.explicitTimes ?? 'exact',
      }),
    values: (side, labels) => sideOf(side).sink.delivery.values(labels),
    target: (scenario, side) => targetStatus(sideOf(side).sender, scenario),
    sinks: { subject: left.sink, reference: right.sink },
    strays: (side) =>
      sideOf(side)
        .sink.delivery.select()
        .filter(({ labels }) => !running.some(({ name }) => name === labels.get('script')?.split('/')[0]))
        .map(({ key }) => key),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
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
  readonly config: (place: ScenarioPlace, sinkUrl: string) => unknown;
}

async function startSide({ name, sender, folder, server, config }: SideStart, resources: AsyncDisposableStack): Promise<Side> {
  const shared = join(folder, 'shared');
  await mkdir(shared, { recursive: true });
  const sink = resources.use(await startSink());
  const closable = resources.use(await startClosableTarget());
  const place = { side: name, address: server.address, closableAddress: closable.address, folder: shared };
  const running = resources.use(await startSender({ sender, folder: join(folder, name), config: config(place, sink.url), flags: FLAGS }));
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

/** Whether a condition holds for the number of `up` samples of every target of a scenario, and there is one. */
function everyScript(sink: RemoteWriteSink, { name }: Scenario, holds: (upCount: number) => boolean): boolean {
  const ups = sink.delivery.select({ __name__: 'up' }).filter(({ labels }) => labels.get('script')?.split('/')[0] === name);
  return ups.length > 0 && ups.every(({ samples }) => holds(samples.length));
}
