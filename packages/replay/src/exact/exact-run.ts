import { createAgent } from '@limpet/agent';
import type { Agent, AgentCommand, AgentOptions, AgentWorld } from '@limpet/agent';
import { settled } from '@limpet/driver';
import { failed } from '@limpet/model';
import { RecordingError } from '../errors.ts';
import { SecretNames } from '../log/config-snapshot.ts';
import type { BootLine, InputLine } from '../log/log-line.ts';
import { isKeptBy, RunTrace } from '../trace/run-trace.ts';
import type { TraceDigests, TurnTrace } from '../trace/run-trace.ts';
import { gatedConfig } from '../world/gated-config.ts';
import { gatedWorld } from '../world/gated-world.ts';
import type { Bodies } from '../world/http-answer.ts';
import { ExactGate } from './exact-gate.ts';
import type { RecordingSource } from './ports.ts';

export interface ExactRunOptions {
  readonly boot: BootLine;
  readonly source: Pick<RecordingSource, 'body' | 'name'>;
  /** More about the agent, for tests: other consumers, a log, an agent with a fault in it. */
  readonly agentOptions?: Partial<AgentOptions>;
  readonly makeAgent?: (options: AgentOptions) => LivedAgent;
}

/** What a replay needs of an agent. */
export type LivedAgent = Pick<Agent, 'start' | 'reload' | 'stop' | 'inspect'> &
  Partial<Pick<Agent, 'registerTargets' | 'withdrawTargets' | 'scrapeNow'>>;

/** An agent that lives a recorded life again, input by input. */
export class ExactRun {
  readonly agent: LivedAgent;
  readonly #gate: ExactGate;
  readonly #trace: RunTrace;
  #monoMs: number;

  constructor({ boot, source, agentOptions = {}, makeAgent = createAgent }: ExactRunOptions) {
    const gate = new ExactGate(boot);
    this.#gate = gate;
    this.#monoMs = boot.m;
    this.#trace = new RunTrace({ monoMs: () => this.#monoMs, hasLines: false });
    const bodies = replayedBodies(source);
    const config = gatedConfig(NO_CONFIG, { gate: () => gate, bodies, names: new SecretNames() });
    this.agent = makeAgent({
      ...boot.options,
      version: boot.limpet,
      seed: boot.seed,
      ...agentOptions,
      config,
      consumers: [...(agentOptions.consumers ?? []), this.#trace.consumer],
      around: (world) => gatedWorld(deaf(world, boot.host), { gate, bodies, wantOf: () => 'never', scrub: (text) => text }),
    });
    this.#trace.watch(this.agent);
  }

  /** Whether samples are noted as lines, for showing them. */
  set hasLines(hasLines: boolean) {
    this.#trace.hasLines = hasLines;
  }

  get waitingKeys(): readonly string[] {
    return this.#gate.waitingKeys;
  }

  /** Whether the run waits for what a line brings. */
  waitsFor(line: InputLine): boolean {
    return line.k === 'in' || this.#gate.waitsFor(line);
  }

  /** Lets one line in and lets the run come to rest. Throws what reading a body throws. */
  async turn(line: InputLine): Promise<TurnTrace> {
    this.#monoMs = line.m;
    const kept = line.k === 'in' ? this.#command(line) : this.#gate.letIn(line);
    await settled();
    return this.#trace.endTurn((batches) => isKeptBy(kept, batches));
  }

  digests(): TraceDigests {
    return this.#trace.digests();
  }

  #command({ key, reason, ok, m, w }: InputLine): true {
    this.#gate.moveTo(m, w);
    const told = { type: key, reason, ...(ok as object | undefined) } as AgentCommand;
    switch (told.type) {
      case 'start':
        this.agent.start().catch(() => {});
        break;
      case 'reload':
        void this.agent.reload();
        break;
      case 'shutdown':
        void this.agent.stop(reason);
        break;
      case 'register':
        this.agent.registerTargets?.(told.registration);
        break;
      case 'withdraw':
        this.agent.withdrawTargets?.(told.registration);
        break;
      case 'scrapeNow':
        void this.agent.scrapeNow?.(told.targetId, told.request);
    }
    return true;
  }
}

const NO_CONFIG: AgentOptions['config'] = {
  name: 'the recording',
  load: () => Promise.resolve(failed({ code: 'LIMPET_CONFIG_READ', message: 'a replay reads no configuration' } as const)),
};

function replayedBodies(source: Pick<RecordingSource, 'body' | 'name'>): Bodies {
  return {
    put: () => ({ body: '', kept: false }),
    has: (name) => source.body(name) !== undefined,
    get: (name) => {
      const bytes = source.body(name);
      if (bytes === undefined) throw new RecordingError('LIMPET_RECORDING_BODY', source.name, `the body ${name} is missing`);
      return bytes;
    },
  };
}

/** The ports of a world that is never asked: what they would do is in the recording. */
function deaf(world: AgentWorld, host: string): AgentWorld {
  return {
    ...world,
    hostNames: { hostName: () => host, addressesOf: () => Promise.resolve([]), nameOf: () => Promise.resolve('') },
    files: {
      match: () => Promise.resolve([]),
      read: () => Promise.resolve({ text: '', mtimeMs: 0 }),
      stopwatch: () => () => 0,
      watch: () => ({ renew: () => Promise.resolve(), close: () => {} }),
    },
  };
}
