import { createActor, setup } from 'xstate';
import { parseTargetGroups } from '@limpet/config';
import { Driver, indexTimers, seededRandom, settled, VirtualClock } from '@limpet/driver';
import type { StampedInput } from '@limpet/driver';
import type { Log } from '@limpet/model';
import { createDiscovery } from '../src/create-discovery.ts';
import type { Discovery } from '../src/create-discovery.ts';
import type { DiscoveryNotice } from '../src/discovery.machine.ts';
import type {
  ClusterAddress,
  DiscoveryFiles,
  DiscoveryPorts,
  DnsLookup,
  ParseTargetGroups,
  TargetSets,
  WantedDiscovery,
} from '../src/ports.ts';
import { CountedMetrics } from './counted-metrics.ts';
import { addressesOf } from './group-text.ts';
import { ScriptedDns } from './scripted-dns.ts';
import { ScriptedFiles } from './scripted-files.ts';
import { ScriptedHttp } from './scripted-http.ts';

/** Something the parent was told, and when. */
export interface Heard {
  readonly atMs: number;
  readonly notice: DiscoveryNotice;
}

/** Ports that are not scripted, and what the jitter is drawn from. */
export interface WorldOptions {
  readonly seed?: number;
  readonly files?: DiscoveryFiles;
  readonly dns?: DnsLookup;
  readonly openHttpClient?: DiscoveryPorts['openHttpClient'];
  readonly clusterAddress?: ClusterAddress;
}

/** Discovery below a parent that listens, in virtual time, with files and a web server in memory. */
export class World {
  readonly clock = new VirtualClock();
  readonly files = new ScriptedFiles();
  readonly dns = new ScriptedDns(this.clock);
  readonly http = new ScriptedHttp(this.clock);
  readonly metrics = new CountedMetrics();
  readonly configs = new Map<number, WantedDiscovery>();
  readonly heard: Heard[] = [];
  readonly faults: unknown[] = [];
  readonly inputs: StampedInput[] = [];
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  readonly driver = new Driver({
    clock: this.clock,
    onFault: (error) => this.faults.push(error),
    onInput: (input) => this.inputs.push(input),
  });
  readonly discovery: Discovery;
  /** Called as soon as the parent hears something. */
  onNotice: (heard: Heard) => void = () => {};
  /** Called for each text that is parsed. */
  onParse: (input: Parameters<ParseTargetGroups>[0]) => void = () => {};
  readonly #root: ReturnType<typeof this.createRoot>;

  constructor({
    seed = 1,
    files = this.files,
    dns = this.dns,
    openHttpClient = this.http.open,
    clusterAddress = { host: '', port: '' },
  }: WorldOptions = {}) {
    const note =
      (level: string): Log['info'] =>
      (message, fields) =>
        this.logged.push({ level, message, fields });
    this.discovery = createDiscovery({
      driver: this.driver,
      log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
      metrics: this.metrics,
      random: seededRandom(seed),
      providersOf: (rev) => this.configs.get(rev),
      openHttpClient,
      files,
      dns,
      clusterAddress: async () => clusterAddress,
      parseTargetGroups: (input) => {
        this.onParse(input);
        return parseTargetGroups(input);
      },
    });
    this.#root = this.createRoot();
    this.driver.accept({ kind: 'command', key: 'start' }, () => this.#root.start());
  }

  /** The discovery actor. */
  get actor() {
    const actor = this.#root.getSnapshot().children.discovery;
    if (actor === undefined) throw new Error('discovery does not run');
    return actor;
  }

  /** Names of the provider actors that run. */
  get running(): readonly string[] {
    return Object.keys(this.actor.getSnapshot().children).sort();
  }

  /** What the parent was told last. */
  get published(): TargetSets | undefined {
    return this.discovery.snapshots.get(this.lastRev);
  }

  get lastRev(): number {
    return this.sends.at(-1)?.notice.rev ?? 0;
  }

  get sends(): readonly Heard[] {
    return this.heard.filter(({ notice }) => notice.type === 'targetsUpdated');
  }

  /** Hands over a configuration under the next revision. */
  apply(wanted: Record<string, WantedDiscovery extends ReadonlyMap<string, infer Sections> ? Sections : never>): number {
    const rev = this.configs.size + 1;
    this.configs.set(rev, new Map(Object.entries(wanted)));
    this.send({ type: 'applyConfig', rev });
    return rev;
  }

  send(event: Parameters<World['actor']['send']>[0]): void {
    this.driver.accept({ kind: 'command', key: event.type }, () => this.actor.send(event));
  }

  /** Lets time pass; promises settle on the way. */
  pass(ms: number): Promise<void> {
    return this.clock.advanceSettled(ms, settled);
  }

  private createRoot() {
    const hear = ({ event }: { readonly event: DiscoveryNotice }): void => {
      const heard = { atMs: this.clock.mono(), notice: event };
      this.heard.push(heard);
      this.onNotice(heard);
    };
    const root = setup({
      types: { events: {} as DiscoveryNotice },
      actors: { discovery: this.discovery.machine },
      actions: { hear },
    }).createMachine({
      id: 'agent',
      invoke: { id: 'discovery', src: 'discovery' },
      on: { targetsUpdated: { actions: 'hear' }, configApplied: { actions: 'hear' } },
    });
    const actor = createActor(root, { clock: this.driver.clock });
    indexTimers(actor.system);
    return actor;
  }
}

/** A snapshot as plain data: job → addresses, sorted, repeated as often as they occur. */
export function addressesByJob(sets: TargetSets | undefined): Record<string, readonly string[]> {
  return Object.fromEntries([...(sets ?? [])].map(([job, groups]) => [job, groups.flatMap(addressesOf).sort()]));
}
