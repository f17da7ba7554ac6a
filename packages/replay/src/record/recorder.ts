import { createHash } from 'node:crypto';
import type { Agent, AgentOptions, HttpUse } from '@limpet/agent';
import { timeZone, xstateVersion } from '../live/live-host.ts';
import type { SecretNames } from '../log/config-snapshot.ts';
import { CHECKPOINT_EVERY, RECORDING_VERSION } from '../log/log-line.ts';
import type { BootLine, CheckLine, ExpectLine, InputLine, Kept, RecordedOptions, RecordingScope } from '../log/log-line.ts';
import { machineFingerprints } from '../log/machine-fingerprints.ts';
import { SamplePacker } from '../log/packed-samples.ts';
import { isKeptBy, RunTrace } from '../trace/run-trace.ts';
import type { TracedBatch } from '../trace/sample-trace.ts';
import type { TurnStamp } from '../turn/turns.ts';
import type { Bodies, BodyWant } from '../world/http-answer.ts';
import { CarriedLines } from './carried-lines.ts';
import type { LoggedArrival } from './recording-gate.ts';
import { RecordingWriter } from './recording-writer.ts';

export interface RecorderOptions {
  readonly writer: RecordingWriter;
  readonly names: SecretNames;
  readonly scope: RecordingScope;
  readonly agentOptions: AgentOptions & { readonly seed: number };
}

/** Writes the turns of one run down. */
export class Recorder {
  readonly trace: RunTrace;
  readonly bodies: Bodies;
  readonly #options: RecorderOptions;
  readonly #carried = new CarriedLines();
  readonly #packer = new SamplePacker();
  /** Bodies of the turn that lasts, where it is not known yet whether they are wanted. */
  readonly #held: { readonly body: string; readonly bytes: Uint8Array }[] = [];
  /** The short name of the machine, known before the first line. */
  host = '';
  #monoMs = 0;
  #kept: Kept = true;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.trace = new RunTrace({ monoMs: () => this.#monoMs, hasLines: options.scope.hasExpected });
    this.bodies = { put: (bytes, want) => this.#put(bytes, want), get: () => new Uint8Array(), has: () => false };
  }

  /** Whether a body is to be kept. Whatever is no scrape always is: nothing can be replayed without it. */
  wantOf(use: HttpUse, url: string): BodyWant {
    const { jobs, targetShare } = this.#options.scope;
    if (use.kind !== 'scrape') return 'always';
    if (jobs !== undefined && !jobs.includes(use.job)) return 'never';
    const isSampled = targetShare >= 1 || createHash('sha256').update(url).digest().readUInt32BE() < targetShare * 2 ** 32;
    return isSampled ? 'inScope' : 'never';
  }

  /** The first line of a part, with what holds at that moment. */
  boot(from: BootLine['from'], { number, monoMs, wallMs }: TurnStamp): void {
    const { writer, agentOptions, scope } = this.#options;
    writer.beginPart(monoMs);
    this.#packer.reset();
    const { seed, version = '0.0.0' } = agentOptions;
    const line: BootLine = {
      n: 0,
      k: 'boot',
      v: RECORDING_VERSION,
      limpet: version,
      xstate: xstateVersion(),
      machines: machineFingerprints(),
      seed,
      host: this.host,
      zone: timeZone(),
      w: wallMs,
      m: monoMs,
      options: recordedOptions(agentOptions),
      scope,
      from,
    };
    writer.line(JSON.stringify(line), number);
    if (from === 'start') return;
    for (const carried of this.#carried.lines()) {
      for (const name of bodyNames(carried.ok)) writer.keepBody(name);
      writer.line(JSON.stringify({ ...carried, n: number }), number);
    }
  }

  /** A turn begins: its line is written before anything follows from it. */
  begin(arrival: LoggedArrival, stamp: TurnStamp): void {
    const { writer } = this.#options;
    if (writer.hasEnded) return;
    this.#monoMs = stamp.monoMs;
    if (writer.isPartDue(stamp.monoMs)) this.boot('middle', { ...stamp, number: stamp.number - 1 });
    const { kept = true, ...details } = arrival.details();
    this.#kept = kept;
    const line: InputLine = { n: stamp.number, w: stamp.wallMs, m: stamp.monoMs, k: arrival.kind, key: arrival.key, ...details };
    this.#carried.note(line);
    writer.line(JSON.stringify(line), stamp.number);
  }

  /** A turn has come to rest: what it did is noted. */
  end({ number }: TurnStamp): void {
    const { writer, scope } = this.#options;
    if (writer.hasEnded) return;
    const { transitions, batches } = this.trace.endTurn((all) => this.#isTurnKept(all));
    if (scope.hasExpected && (transitions.length > 0 || batches.length > 0)) {
      const samples = batches.flatMap(({ lines }) => lines);
      const packed = samples.length > 0 ? this.#packer.pack(samples) : {};
      const line: ExpectLine = { n: number, ...(transitions.length > 0 && { t: transitions }), ...packed };
      writer.expect(JSON.stringify(line));
    }
    if (number % CHECKPOINT_EVERY !== 0) return;
    const check: CheckLine = { n: number, k: 'chk', ...this.trace.digests() };
    writer.line(JSON.stringify(check), number);
  }

  /** Watches the machines of the agent until the function returned is called. */
  watch(agent: Pick<Agent, 'inspect'>): () => void {
    return this.trace.watch(agent);
  }

  /** With failures only, the bodies of a turn are kept when it has turned out that the scrape has failed. */
  #isTurnKept(batches: readonly TracedBatch[]): boolean {
    const isKept = isKeptBy(this.#kept, batches);
    if (isKept) for (const { body, bytes } of this.#held) this.#options.writer.body(body, bytes);
    this.#held.length = 0;
    return isKept;
  }

  #put(bytes: Uint8Array, want: BodyWant): { readonly body: string; readonly kept: Kept } {
    const { writer, scope } = this.#options;
    const body = RecordingWriter.nameOf(bytes);
    if (want === 'never') return { body, kept: false };
    if (want === 'inScope' && scope.failuresOnly) {
      this.#held.push({ body, bytes: Uint8Array.from(bytes) });
      return { body, kept: 'ifFailed' };
    }
    const kept = writer.body(body, bytes);
    if (!kept && want === 'always') writer.fail('an answer of discovery or a configuration could not be kept');
    return { body, kept };
  }
}

function recordedOptions(options: AgentOptions): RecordedOptions {
  const { scrapeConcurrency, reloadIntervalMs, reloadOnStartup, timestampToleranceMs, flushDeadlineMs, features, hostName } = options;
  return {
    ...(scrapeConcurrency !== undefined && { scrapeConcurrency }),
    ...(reloadIntervalMs !== undefined && { reloadIntervalMs }),
    ...(reloadOnStartup !== undefined && { reloadOnStartup }),
    ...(timestampToleranceMs !== undefined && { timestampToleranceMs }),
    ...(flushDeadlineMs !== undefined && { flushDeadlineMs }),
    ...(features !== undefined && { features }),
    ...(hostName !== undefined && { hostName }),
  };
}

/** The names of bodies in the details of a line. */
function bodyNames(ok: unknown): string[] {
  if (typeof ok !== 'object' || ok === null) return [];
  return Object.values(ok).filter((value): value is string => typeof value === 'string' && value.startsWith('sha256:'));
}
