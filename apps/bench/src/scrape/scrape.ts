import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { quantile } from '../statistics.ts';
import type { Cell, Table } from '../table.ts';
import { runAgent } from './agent-run.ts';
import type { AgentResult, Load } from './agent-run.ts';
import { limpetCommand, peers } from './agents.ts';

/** The whole agent as a process, between targets and a receiver of remote write; with peers under the same load. */
export const scrapeBenchmark: Benchmark = benchmark({
  name: 'scrape',
  summary: 'the whole agent between fake targets and a remote-write receiver: ticks, lateness, CPU, memory',
  settings: { targets: 1000, series: 100, intervalMs: 5000, warmUpMs: 10_000, durationMs: 120_000, peers: false, limpet: true },
  async run({ targets, series, intervalMs, warmUpMs, durationMs, ...who }, note): Promise<readonly Table[]> {
    const load: Load = { targets, series, intervalMs, warmUpMs, durationMs };
    const agents = [...(who.limpet ? [limpetCommand] : []), ...(who.peers ? peers() : [])];
    const results: AgentResult[] = [];
    for (const command of agents) {
      results.push(await runAgent(command, load));
      note(`${results.at(-1)?.name} is done`);
    }
    const title = `scrape: ${targets} targets × ${series} series every ${intervalMs} ms for ${durationMs / 1000} s`;
    return [resultTable(title, results), ...(results.length > 1 ? [ratioTable(results)] : [])];
  },
});

function resultTable(title: string, results: readonly AgentResult[]): Table {
  return {
    title,
    columns: ['quantity', ...results.map(({ name }) => name)],
    rows: QUANTITIES.map(([name, quantity]): Cell[] => [name as Cell].concat(results.map(quantity))),
    notes: [
      'Ticks and lateness are judged by the arrival of requests at the targets, against the most punctual scrape of each target.',
      'CPU is that of the whole process in the window; samples are counted at the receiver, report series included.',
    ],
  };
}

const QUANTITIES: readonly (readonly [string, (result: AgentResult) => number])[] = [
  ['ticks due', ({ ticks }) => ticks.due],
  ['ticks done', ({ ticks }) => ticks.done],
  ['ticks missed', ({ ticks }) => ticks.due - ticks.done],
  ['lateness p50, ms', ({ ticks }) => quantile(ticks.latenessMs, 0.5)],
  ['lateness p99, ms', ({ ticks }) => quantile(ticks.latenessMs, 0.99)],
  ['lateness max, ms', ({ ticks }) => quantile(ticks.latenessMs, 1)],
  ['CPU, cores', ({ cpuSeconds, windowSeconds }) => cpuSeconds / windowSeconds],
  ['CPU per scrape, µs', cpuPerScrape],
  ['CPU per million samples, s', cpuPerMillion],
  ['samples received', ({ samples }) => samples],
  ['wire bytes per sample', ({ wireBytes, samples }) => wireBytes / samples],
  ['RSS, MiB', ({ residentMib }) => residentMib],
  ['RSS peak, MiB', ({ peakMib }) => peakMib],
  ['first scrape of all targets, s', ({ startSeconds }) => startSeconds],
  ['stop, s', ({ stopSeconds }) => stopSeconds],
  ['exit code', ({ exitCode }) => exitCode ?? -1],
  ['CPU of targets and receiver, cores', ({ fixtureCpuSeconds, windowSeconds }) => fixtureCpuSeconds / windowSeconds],
];

function ratioTable(results: readonly AgentResult[]): Table {
  const [first] = results;
  if (first === undefined) throw new Error('nothing was measured');
  const ratios = [cpuPerScrape, cpuPerMillion, ({ residentMib }: AgentResult) => residentMib];
  return {
    title: `scrape: times the cost of ${first.name}`,
    columns: ['agent', 'CPU per scrape', 'CPU per sample', 'RSS'],
    rows: results.map((result) => [result.name, ...ratios.map((quantity) => quantity(result) / quantity(first))]),
  };
}

function cpuPerScrape({ cpuSeconds, ticks }: AgentResult): number {
  return (cpuSeconds * 1e6) / ticks.done;
}

function cpuPerMillion({ cpuSeconds, samples }: AgentResult): number {
  return (cpuSeconds * 1e6) / samples;
}
