import { posix } from 'node:path';
import { configText, createAgent, plainSamples } from '@limpet/agent';
import type { ActiveTarget, Agent, AgentOptions, AnyAgentEvent, LedgerTick, TargetTicks } from '@limpet/agent';
import { settled, VirtualClock } from '@limpet/driver';
import type { Appendable, Log, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import type { InspectionEvent } from 'xstate';
import { actorPaths } from '../trace/actor-path.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import type { ScenarioRun, SeenSample, SeenTransition } from './scenario-run.ts';
import { ScriptedDns } from './scripted-dns.ts';
import { ScriptedFiles } from './scripted-files.ts';
import { ScriptedServers } from './scripted-servers.ts';

/** Where the files of a scenario lie. */
const FOLDER = '/scenario';
const CONFIG_FILE = `${FOLDER}/prometheus.yml`;
/** Time for the stop at the end, milliseconds; nothing of it is looked at. */
const AFTERMATH_MS = 120_000;

export interface RunScenarioOptions {
  /** Changes the agent, for tests of scenarios themselves. */
  readonly makeAgent?: (options: AgentOptions) => Agent;
}

/** Tells a story from its beginning to its end, in virtual time. Takes milliseconds. */
export async function runScenario(scenario: Scenario, options: RunScenarioOptions = {}): Promise<ScenarioRun> {
  const telling = new Telling(scenario, options);
  await telling.tell();
  return telling.run;
}

/** A moment at which something happens or is looked at. */
interface Moment {
  readonly atMs: number;
  readonly happen: () => void;
}

class Telling {
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  readonly #files: ScriptedFiles;
  readonly #servers: ScriptedServers;
  readonly #dns: ScriptedDns;
  readonly #agent: Agent;
  readonly #samples: SeenSample[] = [];
  readonly #transitions: SeenTransition[] = [];
  readonly #events: (AnyAgentEvent & { readonly sinceMs: number })[] = [];
  readonly #targetsAt = new Map<number, readonly ActiveTarget[]>();
  readonly #ticks = new Map<string, { readonly target: TargetTicks; readonly ticks: Map<number, LedgerTick> }>();
  readonly #logged: string[] = [];
  readonly #pathOf = actorPaths();
  #config: string;
  #startError: string | undefined;

  constructor(scenario: Scenario, { makeAgent = createAgent }: RunScenarioOptions) {
    this.#scenario = scenario;
    this.#config = scenario.config;
    this.#clock = new VirtualClock({ wallMs: scenario.startMs });
    this.#files = new ScriptedFiles(this.#clock);
    for (const [path, text] of Object.entries(scenario.files)) this.#files.write(placed(path), text);
    this.#dns = new ScriptedDns(scenario.dns);
    const readFile = (path: string): string | undefined => this.#files.text(placed(path));
    this.#servers = new ScriptedServers({ clock: this.#clock, answers: scenario.answers, readFile });
    this.#agent = makeAgent(this.#options(scenario));
    this.#agent.onAny((event) => this.#events.push({ ...event, sinceMs: this.#clock.mono() }));
    this.#agent.inspect((event) => this.#observe(event));
  }

  get run(): ScenarioRun {
    return {
      samples: this.#samples,
      transitions: this.#transitions,
      events: this.#events,
      requests: this.#servers.requests,
      targetsAt: this.#targetsAt,
      ticks: [...this.#ticks.values()].map(({ target, ticks }) => ({ ...target, ticks: [...ticks.values()] })),
      startMs: this.#scenario.startMs,
      startError: this.#startError,
      logged: this.#logged,
    };
  }

  async tell(): Promise<void> {
    const { untilMs } = this.#scenario;
    this.#agent.start().catch((error: unknown) => (this.#startError = error instanceof Error ? error.message : String(error)));
    for (const { atMs, happen } of this.#moments()) {
      if (atMs > untilMs) break;
      await this.#pass(atMs - this.#clock.mono());
      this.#noteTicks();
      happen();
      await settled();
    }
    await this.#pass(untilMs - this.#clock.mono());
    this.#noteTicks();
    const seen = [this.#samples, this.#transitions, this.#events, this.#servers.requests].map((list) => [list, list.length] as const);
    void this.#agent.stop('the scenario is over');
    await this.#pass(AFTERMATH_MS);
    for (const [list, length] of seen) list.length = length;
  }

  #options({ concurrency, reloadOnStartup = true, seed, hostName }: Scenario): AgentOptions {
    const files = {
      readText: (path: string): string => {
        const text = this.#files.text(path);
        if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
        return text;
      },
      glob: (): readonly string[] => [],
    };
    return {
      config: configText(() => this.#config, { file: CONFIG_FILE, files }),
      log: this.#log(),
      seed,
      hostName,
      reloadOnStartup,
      ...(concurrency !== undefined && { scrapeConcurrency: concurrency }),
      consumers: [(registry) => this.#consumer(registry)],
      ports: {
        clock: this.#clock,
        files: this.#files,
        dns: this.#dns,
        openHttpClient: (config) => this.#servers.open(config),
      },
    };
  }

  /** What happens, and before it what is looked at, in order of time. */
  #moments(): readonly Moment[] {
    const looks = this.#scenario.expect
      .filter((expected) => expected.kind === 'health')
      .map(({ atMs }) => ({ atMs, happen: () => void this.#targetsAt.set(atMs, this.#agent.targets().active) }));
    const steps = this.#scenario.timeline.map((step) => ({ atMs: step.atMs, happen: () => this.#take(step) }));
    return [...looks, ...steps].toSorted((a, b) => a.atMs - b.atMs);
  }

  #take({ answer = {}, file = {}, dns = {}, config, reload, clockMs, suspendMs, stop }: ScenarioStep): void {
    for (const [address, how] of Object.entries(answer)) this.#servers.answer(address, how);
    for (const [question, records] of Object.entries(dns)) this.#dns.set(question, records);
    for (const [path, text] of Object.entries(file)) this.#files.write(placed(path), text);
    if (config !== undefined) this.#config = config;
    if (clockMs !== undefined) this.#clock.stepWall(clockMs);
    if (suspendMs !== undefined) this.#clock.suspend(suspendMs);
    if (reload === true) void this.#agent.reload();
    if (stop === true) void this.#agent.stop('the scenario says so');
  }

  async #pass(ms: number): Promise<void> {
    await this.#clock.advanceSettled(Math.max(ms, 0), settled);
    await settled();
  }

  /** The account of ticks keeps the last ones of live targets only, so it is read again and again. */
  #noteTicks(): void {
    for (const target of this.#agent.gaps()) {
      const known = this.#ticks.get(target.id)?.ticks ?? new Map<number, LedgerTick>();
      for (const tick of target.ticks) known.set(tick.atMs, tick);
      this.#ticks.set(target.id, { target, ticks: known });
    }
  }

  #observe(event: InspectionEvent): void {
    if (event.type !== '@xstate.microstep' || event._transitions.length === 0) return;
    const { value } = event.snapshot as { readonly value?: unknown };
    const actor = this.#pathOf(event.actorRef);
    this.#transitions.push({ atMs: this.#clock.mono(), actor, event: event.event.type, state: dotted(value) });
  }

  #consumer(registry: SeriesRegistry): Appendable {
    const note = (batch: ScrapeBatch): void => {
      for (const sample of plainSamples(batch, registry)) this.#samples.push({ ...sample, atMs: this.#clock.mono() });
    };
    return {
      name: 'scenario',
      append: (batch) => {
        note(batch);
        return { ok: true };
      },
      oldestInUse: () => undefined,
      flush: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  #log(): Log {
    const note = (message: string, fields: object = {}): void => {
      this.#logged.push(`${message} ${JSON.stringify(fields)}`);
    };
    return { debug: () => {}, info: () => {}, warn: note, error: note };
  }
}

function placed(path: string): string {
  return posix.resolve(FOLDER, path);
}

/** `{fetching: 'queued'}` → `fetching.queued`. */
function dotted(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([state, inner]) => `${state}.${dotted(inner)}`)
    .join(' ');
}
