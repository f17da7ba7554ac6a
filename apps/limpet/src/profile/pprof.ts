import type { Profiler } from 'node:inspector';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Function as Code, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { CpuProfile } from './cpu-profile.ts';

/** Frames of V8 that stand for no work: the bottom of every stack, and waiting. */
const ROOT = '(root)';
const IDLE = '(idle)';
const NANOS_PER_MICRO = 1000;
const NANOS_PER_MS = 1_000_000n;

interface Weight {
  sampleCount: number;
  micros: number;
}

/** A profile in the format that `go tool pprof` and most viewers read, gzipped. */
export async function pprofBytes(profile: CpuProfile): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await promisify(gzip)(pprofOf(profile).encode()));
}

/** Samples and CPU nanoseconds for each stack, as Go counts them. Time in which the thread waited is left out. */
export function pprofOf({ v8, startedAtMs, intervalMicros }: CpuProfile): Profile {
  const strings = new StringTable();
  const cpu = () => new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('nanoseconds') });
  const places = new Places(strings);
  const weights = weightsOf(v8);
  const stacks = stacksOf(v8.nodes, places);
  const sample = [...weights].flatMap(([id, { sampleCount, micros }]) => {
    const stack = stacks.get(id) ?? [];
    return stack.length === 0 ? [] : [new Sample({ locationId: stack, value: [sampleCount, micros * NANOS_PER_MICRO] })];
  });
  return new Profile({
    sampleType: [new ValueType({ type: strings.dedup('samples'), unit: strings.dedup('count') }), cpu()],
    sample,
    location: places.locations,
    function: places.functions,
    stringTable: strings,
    timeNanos: BigInt(startedAtMs) * NANOS_PER_MS,
    durationNanos: (v8.endTime - v8.startTime) * NANOS_PER_MICRO,
    periodType: cpu(),
    period: intervalMicros * NANOS_PER_MICRO,
  });
}

/** What was seen of each node itself. A sample stands for the time until the next one. */
function weightsOf({ samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile): Map<number, Weight> {
  const weights = new Map<number, Weight>();
  let atMicros = startTime;
  for (const [index, id] of samples.entries()) {
    atMicros += timeDeltas[index] ?? 0;
    const untilNext = timeDeltas[index + 1] ?? endTime - atMicros;
    const weight = weights.get(id) ?? { sampleCount: 0, micros: 0 };
    weight.sampleCount++;
    weight.micros += Math.max(0, untilNext); // samples of V8 may lie out of order
    weights.set(id, weight);
  }
  return weights;
}

/** The locations of each node, innermost first. Empty for what is no work. */
function stacksOf(nodes: readonly Profiler.ProfileNode[], places: Places): Map<number, number[]> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return new Map(
    nodes.map((node) => {
      const stack: number[] = [];
      for (let at: Profiler.ProfileNode | undefined = node; at !== undefined; at = byId.get(parents.get(at.id) ?? NaN)) {
        if (at.callFrame.functionName === IDLE) return [node.id, []];
        if (at.callFrame.functionName !== ROOT) stack.push(places.idOf(at.callFrame));
      }
      return [node.id, stack];
    }),
  );
}

/** Functions and where they stand, each once. V8 counts lines from 0, pprof from 1. */
class Places {
  readonly locations: Location[] = [];
  readonly functions: Code[] = [];
  readonly #strings: StringTable;
  readonly #ids = new Map<string, number>();

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  idOf({ functionName, scriptId, url, lineNumber, columnNumber }: Profiler.ProfileNode['callFrame']): number {
    const key = `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#ids.set(key, id);
    const name = this.#strings.dedup(functionName === '' ? '(anonymous)' : functionName);
    const line = lineNumber + 1;
    this.functions.push(new Code({ id, name, systemName: name, filename: this.#strings.dedup(url), startLine: line }));
    this.locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    return id;
  }
}
