import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { limpetCommand } from '../scrape/agents.ts';
import { FixtureProcess } from '../scrape/fixture-process.ts';
import type { TargetReport } from '../scrape/fixture-messages.ts';
import { cpuSecondsOf } from '../scrape/process-usage.ts';
import { RunningAgent } from '../scrape/running-agent.ts';
import { median } from '../statistics.ts';
import type { Table } from '../table.ts';
import { frameTimes } from './frame-times.ts';
import type { FrameTimes } from './frame-times.ts';

/** The most that watching may cost the agent, percent of a core. */
const GOAL_PERCENT = 2;
const CHROMIUM = process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
/** Time that the agent has to scrape every target once. */
const START_MS_MAX = 240_000;
const SETTLE_MS = 4_000;
const TARGETS_PER_PROCESS = 2_500;

/** What it costs a whole agent that somebody watches its loops in the page, and how smoothly that page draws. */
export const watchBenchmark: Benchmark = benchmark({
  name: 'watch',
  summary: 'CPU of a whole agent with and without the page of its actors open, frame times of that page in Chromium',
  settings: { loops: 10_000, intervalMs: 15_000, series: 20, windowMs: 15_000, rounds: 3 },
  async run({ loops, intervalMs, series, windowMs, rounds }, note): Promise<readonly Table[]> {
    if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}; CHROMIUM_BIN names another`);
    const folder = await mkdtemp(join(tmpdir(), 'limpet-bench-'));
    const targets = await startTargets(loops, series);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    let agent: RunningAgent | undefined;
    try {
      const { configFile, command } = commandIn(folder);
      await writeFile(configFile, configText(intervalMs, targets));
      agent = new RunningAgent(command, folder);
      const address = await addressOf(agent, targets);
      note('every target has been scraped');
      await sleep(intervalMs);
      return [tableOf(await measured({ agent, browser, targets, address, windowMs, rounds }), { loops, intervalMs })];
    } finally {
      await browser.close();
      await agent?.stop();
      await Promise.all(targets.map((each) => each.stop()));
      await rm(folder, { recursive: true, force: true });
    }
  },
});

interface Measuring {
  readonly agent: RunningAgent;
  readonly browser: Browser;
  readonly targets: readonly Targets[];
  readonly address: string;
  readonly windowMs: number;
  readonly rounds: number;
}

/** One state of affairs: who watches, what the agent pays, how the page draws. */
interface Measured {
  readonly name: string;
  /** CPU of the agent for each scrape: a busy machine makes some late and others not at all. */
  readonly micros: number;
  readonly frames: FrameTimes | undefined;
}

/** Rounds take turns, so that a busy machine is busy for all; a page that draws nothing is the yardstick of frames. */
async function measured({ agent, browser, targets, address, windowMs, rounds }: Measuring): Promise<readonly Measured[]> {
  const modes: readonly { readonly name: string; readonly url: string }[] = [
    { name: 'nobody watches (an empty page draws)', url: 'about:blank' },
    { name: 'the page of the actors is open', url: `http://${address}/inspect` },
  ];
  const seen = modes.map(() => ({ micros: [] as number[], frames: [] as FrameTimes[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { url }] of modes.entries()) {
      const page = await openPage(browser, url);
      const before = { seconds: await cpuSecondsOf(agent.pid), scrapes: await scrapeCount(targets) };
      const frames = await frameTimes(page, windowMs);
      const scrapes = (await scrapeCount(targets)) - before.scrapes;
      seen[index]?.micros.push((1e6 * ((await cpuSecondsOf(agent.pid)) - before.seconds)) / scrapes);
      seen[index]?.frames.push(frames);
      await page.close();
    }
  }
  return modes.map(({ name }, index) => ({ name, micros: median(seen[index]?.micros ?? []), frames: middle(seen[index]?.frames ?? []) }));
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  await page.goto(url);
  if (url !== 'about:blank') await page.locator('svg.chart[data-state]').waitFor();
  await sleep(SETTLE_MS);
  return page;
}

async function scrapeCount(targets: readonly Targets[]): Promise<number> {
  const reports = await Promise.all(targets.map((each) => each.report()));
  return reports.reduce((sum, { arrivalsMs }) => sum + arrivalsMs.reduce((count, { length }) => count + length, 0), 0);
}

/** The round with the middle p99. */
function middle(rounds: readonly FrameTimes[]): FrameTimes | undefined {
  return rounds.toSorted((a, b) => a.p99 - b.p99)[Math.floor(rounds.length / 2)];
}

function tableOf(rows: readonly Measured[], { loops, intervalMs }: { readonly loops: number; readonly intervalMs: number }): Table {
  const [without, watched] = rows;
  const percentOf = (micros: number): number => (micros * loops) / intervalMs / 10;
  const added = percentOf((watched?.micros ?? 0) - (without?.micros ?? 0));
  return {
    title: `watch: a whole agent, ${loops} loops, one scrape every ${intervalMs / 1000} s each`,
    columns: [
      'who watches',
      'agent: µs per scrape',
      '% of a core',
      'frames: median ms',
      'p99 ms',
      'longest ms',
      '% of time in waits over 50 ms',
    ],
    rows: rows.map(({ name, micros, frames }) => [
      name,
      micros,
      percentOf(micros),
      frames?.median,
      frames?.p99,
      frames?.longest,
      frames === undefined ? undefined : 100 * frames.hitchShare,
    ]),
    notes: [
      `Goal: watching costs the agent at most ${GOAL_PERCENT} % of a core: ${added.toFixed(1)} %, ${added <= GOAL_PERCENT ? 'met' : 'missed'}.`,
      'The empty page is the yardstick of frames: browser, agent and targets share this machine.',
    ],
  };
}

function commandIn(folder: string): { readonly configFile: string; readonly command: ReturnType<typeof limpetCommand> } {
  const configFile = join(folder, 'bench.yml');
  const command = limpetCommand({ configFile, folder: join(folder, 'data'), sinkUrl: '' });
  const words = [...command.words, '--inspect', '--log.level=info'].filter((word) => word !== '--log.level=warn');
  return { configFile, command: { ...command, words } };
}

/** The address that the agent listens on, once it has scraped every target. */
async function addressOf(agent: RunningAgent, targets: readonly Targets[]): Promise<string> {
  let address: string | undefined;
  let missing = 0;
  for (const endMs = performance.now() + START_MS_MAX; performance.now() < endMs; await sleep(250)) {
    agent.assertRunning();
    address ??= /msg=ready address=(\S+)/.exec(agent.output())?.[1];
    const reports = await Promise.all(targets.map((each) => each.report()));
    missing = reports.flatMap(({ arrivalsMs }) => arrivalsMs.filter(({ length }) => length === 0)).length;
    if (address !== undefined && missing === 0) return address;
  }
  throw new Error(`the agent did not scrape ${missing} of the targets\n${agent.output()}`);
}

type Targets = FixtureProcess<TargetReport>;

/** In several processes: each target has a port and a connection, and a process only so many descriptors. */
function startTargets(count: number, series: number): Promise<readonly Targets[]> {
  const script = new URL('../scrape/target-server.ts', import.meta.url);
  const sizes = Array.from({ length: Math.ceil(count / TARGETS_PER_PROCESS) }, (_, index) =>
    Math.min(TARGETS_PER_PROCESS, count - index * TARGETS_PER_PROCESS),
  );
  return Promise.all(sizes.map((targets) => FixtureProcess.start<TargetReport>(script, { targets, series })));
}

/** A job for each process of targets. */
function configText(intervalMs: number, targets: readonly Targets[]): string {
  const jobs = targets.map(({ ports }, index) => {
    const addresses = ports.map((port) => `"127.0.0.1:${port}"`).join(', ');
    return `  - {job_name: job${index}, static_configs: [{targets: [${addresses}]}]}\n`;
  });
  return `global: {scrape_interval: ${intervalMs}ms, scrape_timeout: ${intervalMs}ms}\nscrape_configs:\n${jobs.join('')}`;
}
