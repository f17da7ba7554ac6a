import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentCommand, AgentPlaces } from './agents.ts';
import { FixtureProcess } from './fixture-process.ts';
import { preciseWallMs } from './fixture-messages.ts';
import type { FixtureSettings, SinkReport, TargetReport } from './fixture-messages.ts';
import { cpuSecondsOf, memoryOf } from './process-usage.ts';
import { RunningAgent } from './running-agent.ts';
import { sumOfTicks, ticksOf } from './ticks.ts';
import type { Ticks } from './ticks.ts';

/** What the agents are put under. */
export interface Load extends FixtureSettings {
  readonly intervalMs: number;
  /** Time between the first scrape of all targets and the window. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** What one agent did under a load. */
export interface AgentResult {
  readonly name: string;
  readonly ticks: Ticks;
  /** Seconds from the start of the process until every target had been scraped once. */
  readonly startSeconds: number;
  readonly cpuSeconds: number;
  readonly windowSeconds: number;
  readonly samples: number;
  readonly wireBytes: number;
  readonly residentMib: number;
  readonly peakMib: number;
  /** CPU seconds of targets and sink in the window: what else kept the machine busy. */
  readonly fixtureCpuSeconds: number;
  /** Seconds from SIGTERM to the end, and the exit code. */
  readonly stopSeconds: number;
  readonly exitCode: number | null;
}

/** Time that an agent has beyond two intervals to scrape every target once. */
const START_MS_MAX = 60_000;
/** How often the agent is looked at while it starts. */
const POLL_MS = 250;

/** Puts one agent under a load of its own fixtures, alone, and measures a window after it has warmed up. */
export async function runAgent(commandFor: (places: AgentPlaces) => AgentCommand, load: Load): Promise<AgentResult> {
  const { targets, series } = load;
  const folder = await mkdtemp(join(tmpdir(), 'limpet-bench-'));
  const targetServer = await FixtureProcess.start<TargetReport>(fixture('target-server'), { targets, series });
  const sink = await FixtureProcess.start<SinkReport>(fixture('remote-write-sink'), { targets, series });
  let agent: RunningAgent | undefined;
  try {
    const places = {
      configFile: join(folder, 'bench.yml'),
      folder: join(folder, 'data'),
      sinkUrl: `http://127.0.0.1:${sink.ports[0]}/write`,
    };
    await writeFile(places.configFile, configText(load, targetServer.ports, places.sinkUrl));
    agent = new RunningAgent(commandFor(places), folder);
    return await measured(agent, load, { targetServer, sink });
  } finally {
    await agent?.stop();
    await Promise.all([targetServer.stop(), sink.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Fixtures {
  readonly targetServer: FixtureProcess<TargetReport>;
  readonly sink: FixtureProcess<SinkReport>;
}

async function measured(agent: RunningAgent, { intervalMs, warmUpMs, durationMs }: Load, fixtures: Fixtures): Promise<AgentResult> {
  const { targetServer, sink } = fixtures;
  const startSeconds = await allScraped(agent, targetServer, 2 * intervalMs + START_MS_MAX);
  await sleep(warmUpMs);
  const readings = () => Promise.all([sink.report(), cpuSecondsOf(agent.pid), fixtureCpu(fixtures)]);
  const fromMs = preciseWallMs();
  const [sinkBefore, cpuBefore, fixturesBefore] = await readings();
  await sleep(durationMs);
  const [sinkAfter, cpuAfter, fixturesAfter] = await readings();
  const toMs = preciseWallMs();
  await sleep(intervalMs / 2);
  const { arrivalsMs } = await targetServer.report();
  const memory = await memoryOf(agent.pid);
  const end = await agent.stop();
  return {
    name: agent.name,
    ticks: sumOfTicks(arrivalsMs.map((each) => ticksOf(each, { fromMs, toMs, intervalMs }))),
    startSeconds,
    cpuSeconds: cpuAfter - cpuBefore,
    windowSeconds: (toMs - fromMs) / 1000,
    samples: sinkAfter.samples - sinkBefore.samples,
    wireBytes: sinkAfter.bodyBytes - sinkBefore.bodyBytes,
    ...memory,
    fixtureCpuSeconds: fixturesAfter - fixturesBefore,
    ...end,
  };
}

async function allScraped(agent: RunningAgent, targetServer: Fixtures['targetServer'], limitMs: number): Promise<number> {
  const startedMs = preciseWallMs();
  for (let passedMs = 0; passedMs < limitMs; passedMs = preciseWallMs() - startedMs) {
    await sleep(POLL_MS);
    agent.assertRunning();
    const { arrivalsMs } = await targetServer.report();
    if (arrivalsMs.every(({ length }) => length > 0)) return passedMs / 1000;
  }
  throw new Error(`${agent.name} did not scrape every target within ${limitMs / 1000} s\n${agent.output()}`);
}

async function fixtureCpu({ targetServer, sink }: Fixtures): Promise<number> {
  const seconds = await Promise.all([targetServer.cpuSeconds(), sink.cpuSeconds()]);
  return seconds.reduce((sum, each) => sum + each, 0);
}

function fixture(name: string): URL {
  return new URL(`./${name}.ts`, import.meta.url);
}

function configText({ intervalMs }: Load, ports: readonly number[], sinkUrl: string): string {
  const targets = ports.map((port) => `"127.0.0.1:${port}"`).join(', ');
  return `global: {scrape_interval: ${intervalMs}ms, scrape_timeout: ${intervalMs}ms}
scrape_configs: [{job_name: bench, static_configs: [{targets: [${targets}]}]}]
remote_write: [{url: "${sinkUrl}"}]
`;
}
