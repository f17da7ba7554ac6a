import { randomInt } from 'node:crypto';
import { createAgent } from '@limpet/agent';
import type { Agent, AgentOptions } from '@limpet/agent';
import { settled } from '@limpet/driver';
import { silentLog, silentMetrics } from '@limpet/model';
import type { Metrics } from '@limpet/model';
import { SecretNames } from '../log/config-snapshot.ts';
import { RECORDING_METRICS } from '../metrics.ts';
import { Turns } from '../turn/turns.ts';
import { gatedConfig } from '../world/gated-config.ts';
import { gatedWorld } from '../world/gated-world.ts';
import type { RecordingFolder } from './ports.ts';
import { Recorder } from './recorder.ts';
import { RecordingGate } from './recording-gate.ts';
import type { LoggedArrival } from './recording-gate.ts';
import { RecordingWriter } from './recording-writer.ts';

/** How a run is to be recorded. */
export interface RecordingOptions {
  readonly folder: RecordingFolder;
  /** Jobs whose bodies are kept; all by default. */
  readonly jobs?: readonly string[];
  /** Share of the targets whose bodies are kept, in (0, 1]. 1 by default. */
  readonly targetShare?: number;
  /** Keeps bodies of scrapes that ended with `up 0` only. */
  readonly failuresOnly?: boolean;
  /** Bytes on disk at most; 0 = no budget, the default. */
  readonly budgetBytes?: number;
  /** Keeps about the last so many milliseconds; 0 = everything, the default. */
  readonly ringMs?: number;
  /** Also writes what the run did, line by line, so that a difference can be shown from both sides. On by default. */
  readonly hasExpected?: boolean;
}

/** An agent whose run is recorded. */
export interface RecordedAgent {
  readonly agent: Agent;
  /** Resolves when everything that has arrived so far has come to rest: for runs in virtual time, before time goes on. */
  atRest(): Promise<void>;
  /** Ends the recording and waits until it is on disk. The agent goes on. Idempotent. */
  close(): Promise<void>;
}

/**
 * Makes an agent whose run is recorded from its first moment. Rejects with a `RecordingError` where the folder cannot be
 * used; once the recording has begun nothing of it can disturb the agent.
 */
export async function recordAgent(options: AgentOptions, recording: RecordingOptions): Promise<RecordedAgent> {
  await recording.folder.open();
  return recordedAgent(options, recording);
}

/** The same for a folder that is open. */
export function recordedAgent(options: AgentOptions, recording: RecordingOptions): RecordedAgent {
  const { folder, jobs, targetShare = 1, failuresOnly = false, budgetBytes = 0, ringMs = 0, hasExpected = true } = recording;
  const log = options.log ?? silentLog;
  const names = new SecretNames();
  const agentOptions = { ...options, seed: options.seed ?? randomInt(2 ** 32) };
  let metrics: Metrics = silentMetrics;
  const laterMetrics: Metrics = {
    add: (...counted) => metrics.add(...counted),
    set: (...level) => metrics.set(...level),
    observe: (...observed) => metrics.observe(...observed),
    remove: (...removed) => metrics.remove(...removed),
  };
  const writer = new RecordingWriter({ folder, log, metrics: laterMetrics, budgetBytes, ringMs });
  const scope = { ...(jobs !== undefined && { jobs }), targetShare, failuresOnly, hasExpected };
  const recorder = new Recorder({ writer, names, scope, agentOptions });
  const scrub = (text: string): string => names.scrub(text);
  let gate: RecordingGate | undefined;
  let turns: Turns<LoggedArrival> | undefined;
  const agent = createAgent({
    ...agentOptions,
    config: gatedConfig(options.config, { gate: () => given(gate), bodies: recorder.bodies, names }),
    consumers: [...(options.consumers ?? []), recorder.trace.consumer],
    around: (bare) => {
      const world = options.around?.(bare) ?? bare;
      turns = new Turns<LoggedArrival>({
        clock: world.clock,
        settle: settled,
        onBegin: (arrival, stamp) => recorder.begin(arrival, stamp),
        onEnd: (stamp) => recorder.end(stamp),
        onFault: (error) => log.error('a fault of Limpet', { code: 'LIMPET_FAULT', cause: String(error) }),
      });
      recorder.host = world.hostNames.hostName();
      recorder.boot('start', { number: 0, monoMs: world.clock.mono(), wallMs: world.clock.wall() });
      gate = new RecordingGate({ clock: world.clock, turns, scrub });
      return gatedWorld(world, { gate, bodies: recorder.bodies, wantOf: (use, url) => recorder.wantOf(use, url), scrub });
    },
  });
  metrics = agent.selfMetrics;
  metrics.set(RECORDING_METRICS.active, [], 1);
  for (const counter of [RECORDING_METRICS.inputs, RECORDING_METRICS.bytes, RECORDING_METRICS.bodiesDropped]) metrics.add(counter, [], 0);
  const unwatch = recorder.watch(agent);
  return {
    agent,
    atRest: async () => turns?.atRest(),
    close: async () => {
      unwatch();
      writer.end('it was closed');
      await writer.drained();
    },
  };
}

function given<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('the agent has no world yet');
  return part;
}
