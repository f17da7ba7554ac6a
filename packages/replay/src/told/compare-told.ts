import type { RecordingSource } from '../exact/ports.ts';
import { machineFingerprints } from '../log/machine-fingerprints.ts';
import { SampleUnpacker } from '../log/packed-samples.ts';
import { readExpectLine } from '../log/read-line.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { RunScenarioOptions } from '../scenario/run-scenario.ts';
import { labelsText } from '../trace/sample-trace.ts';
import { bootOf } from './recorded-inputs.ts';
import { toldRecording } from './told-recording.ts';

/** Samples of one time may be so many milliseconds apart: live timers come late. */
const TIME_TOLERANCE_MS = 1_000;
/** How far the first samples may be apart before they are another scrape. */
const EDGE_MS = 10;
/** Series that depend on how fast a machine is, or on when a run began. */
const PASSED_OVER = /^(?:scrape_duration_seconds|scrape_series_added)\{/;

/** What differs between a recording and the same world told to this version. */
export interface ToldResult {
  /** Machines that are not those of the recording. */
  readonly changedMachines: readonly string[];
  /** Version that recorded. */
  readonly recordedBy: string;
  readonly comparedCount: number;
  /** Lines of samples that differ: `-` recorded only, `+` told only. Empty where nothing was recorded to compare with. */
  readonly differences: readonly string[];
  /** Whether the recording says what it expects. */
  readonly hasExpected: boolean;
}

/** As a trace writes it; see `packed-samples.ts`. */
const SAMPLE_LINE = /^(.*) (-?\d+) (?:(\S+) 0x[0-9a-f]{16}|(\{.*\}))$/s;

interface Sample {
  readonly timestampMs: number;
  readonly value: string;
}

/** The machines that have changed since a recording was made: then it cannot be replayed exactly. */
export function changedMachines(source: RecordingSource): readonly string[] {
  const { machines } = bootOf(source);
  const now = machineFingerprints();
  return [...new Set([...Object.keys(machines), ...Object.keys(now)])].filter((name) => machines[name] !== now[name]).sort();
}

/** Tells a recording to this version, timers derived in virtual time, and compares the samples of both. */
export async function compareTold(source: RecordingSource, options?: RunScenarioOptions): Promise<ToldResult> {
  const boot = bootOf(source);
  const recorded = recordedSamples(source);
  const run = await runScenario(toldRecording(source), options);
  const told = new Map<string, Sample[]>();
  for (const { labels, timestampMs, value } of run.samples) add(told, labelsText(labels), { timestampMs, value: String(value) });
  const { comparedCount, differences } = compare(recorded, told, {
    isFromMiddle: boot.from === 'middle',
    isWhole: boot.scope.targetShare >= 1 && boot.scope.jobs === undefined && !boot.scope.failuresOnly,
  });
  const hasExpected = recorded.size > 0;
  return {
    changedMachines: changedMachines(source),
    recordedBy: boot.limpet,
    comparedCount,
    differences: hasExpected ? differences : [],
    hasExpected,
  };
}

function recordedSamples(source: RecordingSource): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>();
  const unpacker = new SampleUnpacker();
  for (const line of source.expected()) {
    const expected = readExpectLine(line);
    unpacker.note(expected);
    for (const text of unpacker.unpack(expected)) {
      const [, series = '', timestamp = '', number, histogram] = SAMPLE_LINE.exec(text) ?? [];
      const value = number ?? histogram ?? '';
      add(samples, series, { timestampMs: Number(timestamp), value });
    }
  }
  return samples;
}

function add(samples: Map<string, Sample[]>, series: string, sample: Sample): void {
  const known = samples.get(series);
  if (known === undefined) samples.set(series, [sample]);
  else known.push(sample);
}

interface Extent {
  /** The recording begins in the middle of a run: what came before the first sample of the told one is passed over. */
  readonly isFromMiddle: boolean;
  /** Every target was recorded; else only series that were are compared. */
  readonly isWhole: boolean;
}

function compare(
  recorded: Map<string, Sample[]>,
  told: Map<string, Sample[]>,
  { isFromMiddle, isWhole }: Extent,
): { comparedCount: number; differences: readonly string[] } {
  const differences: { readonly timestampMs: number; readonly text: string }[] = [];
  const window = windowOf(recorded);
  let comparedCount = 0;
  for (const series of [...new Set([...recorded.keys(), ...(isWhole ? told.keys() : [])])].sort()) {
    if (PASSED_OVER.test(series)) continue;
    const right = (told.get(series) ?? []).filter(({ timestampMs }) => timestampMs >= window.fromMs && timestampMs <= window.toMs);
    const first = isFromMiddle ? (right[0]?.timestampMs ?? Infinity) - TIME_TOLERANCE_MS : -Infinity;
    const left = (recorded.get(series) ?? []).filter(({ timestampMs }) => timestampMs >= first);
    const note = (mark: string, { timestampMs, value }: Sample): void => {
      differences.push({ timestampMs, text: `${mark} ${series} ${timestampMs} ${value}` });
    };
    comparedCount += pair(left, right, note);
  }
  return { comparedCount, differences: differences.toSorted((a, b) => a.timestampMs - b.timestampMs).map(({ text }) => text) };
}

/** From the first sample recorded to the last: a told run begins at once and has no end that comes suddenly. */
function windowOf(recorded: Map<string, Sample[]>): { readonly fromMs: number; readonly toMs: number } {
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const samples of recorded.values()) {
    for (const { timestampMs } of samples) {
      fromMs = Math.min(fromMs, timestampMs);
      toMs = Math.max(toMs, timestampMs);
    }
  }
  return { fromMs: fromMs - EDGE_MS, toMs };
}

/** Pairs the samples of one series by time; tells of those that have no partner of the same value. */
function pair(left: readonly Sample[], right: readonly Sample[], note: (mark: string, sample: Sample) => void): number {
  let comparedCount = 0;
  let at = 0;
  for (const sample of left) {
    for (; at < right.length && (right[at]?.timestampMs ?? 0) < sample.timestampMs - TIME_TOLERANCE_MS; at++)
      note('+', right[at] as Sample);
    const partner = right[at];
    if (partner === undefined || partner.timestampMs > sample.timestampMs + TIME_TOLERANCE_MS) {
      note('-', sample);
      continue;
    }
    at++;
    comparedCount++;
    if (partner.value === sample.value) continue;
    note('-', sample);
    note('+', partner);
  }
  for (; at < right.length; at++) note('+', right[at] as Sample);
  return comparedCount;
}
