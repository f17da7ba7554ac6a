import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
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
/** Until the observer is attached, or gone, and what that cost is over. */
const ATTACH_MS = 500;
const TARGETS_PER_PROCESS = 2_500;

/** What it costs a whole agent that somebody watches its loops in the page, and how smoothly that page draws. */
export const watchBenchmark: Benchmark = benchmark({
  name: 'watch',
  summary: 'CPU of a whole agent with and without the page of its actors open, frame times of that page in Chromium',
  settings: { loops: 10_000, intervalMs: 15_000, series: 20, windowMs: 2_500, rounds: 24, framesMs: 15_000 },
  async run({ loops, intervalMs, series, windowMs, rounds, framesMs }, note): Promise<readonly Table[]> {
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
      const cost = await watchingCost({ agent, targets, address, windowMs, rounds });
      note('what watching costs is measured');
      const frames = {
        empty: await framesOf(browser, 'about:blank', framesMs),
        page: await framesOf(browser, `http://${address}/inspect`, framesMs),
      };
      return [costTable(cost, { loops, intervalMs }), framesTable(frames, loops)];
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
  readonly targets: readonly Targets[];
  readonly address: string;
  readonly windowMs: number;
  readonly rounds: number;
}

/** CPU of the agent for each scrape, microseconds: with nobody there, with what the page asks for, and between neighbours. */
interface WatchingCost {
  readonly without: number;
  readonly watched: number;
  readonly added: number;
}

/**
 * Short windows in turn, and the median of the differences between neighbours: on a shared machine long ones differ by
 * more than what is looked for. The page's requests are made without a browser, which would be the greatest disturbance.
 */
async function watchingCost({ agent, targets, address, windowMs, rounds }: Measuring): Promise<WatchingCost> {
  const pairs: { readonly without: number; readonly watched: number }[] = [];
  const micros = async (): Promise<number> => {
    const before = { seconds: await cpuSecondsOf(agent.pid), scrapes: await scrapeCount(targets) };
    await sleep(windowMs);
    const seconds = (await cpuSecondsOf(agent.pid)) - before.seconds;
    return (1e6 * seconds) / ((await scrapeCount(targets)) - before.scrapes);
  };
  for (let round = 0; round < rounds; round++) {
    const without = await micros();
    const close = await watch(address);
    await sleep(ATTACH_MS);
    const looking = fetch(`http://${address}/-/inspect/actors`).then((answer) => answer.arrayBuffer());
    const watched = await micros();
    await looking;
    close();
    await sleep(ATTACH_MS);
    pairs.push({ without, watched });
  }
  return {
    without: median(pairs.map(({ without }) => without)),
    watched: median(pairs.map(({ watched }) => watched)),
    added: median(pairs.map(({ without, watched }) => watched - without)),
  };
}

/** Reads the stream of the page, with a loop in the spotlight, until it is closed. */
async function watch(address: string): Promise<() => void> {
  const found = (await (await fetch(`http://${address}/-/inspect/actors`)).json()) as {
    readonly members: readonly { readonly path: string }[];
  };
  const abort = new AbortController();
  const words = new URLSearchParams({ spotlight: found.members[0]?.path ?? '' });
  const { body } = await fetch(`http://${address}/-/inspect/events?${words.toString()}`, { signal: abort.signal });
  const reading = body?.pipeTo(new WritableStream());
  reading?.catch(() => {}); // it ends by being closed
  return () => abort.abort();
}

async function framesOf(browser: Browser, url: string, durationMs: number): Promise<FrameTimes> {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
  await page.goto(url);
  if (url !== 'about:blank') await page.locator('svg.chart[data-state]').waitFor();
  await sleep(SETTLE_MS);
  const frames = await frameTimes(page, durationMs);
  await page.close();
  return frames;
}

async function scrapeCount(targets: readonly Targets[]): Promise<number> {
  const reports = await Promise.all(targets.map((each) => each.report()));
  return reports.reduce((sum, { arrivalsMs }) => sum + arrivalsMs.reduce((count, { length }) => count + length, 0), 0);
}

function costTable(
  { without, watched, added }: WatchingCost,
  { loops, intervalMs }: { readonly loops: number; readonly intervalMs: number },
): Table {
  const percentOf = (micros: number): number => (micros * loops) / intervalMs / 10;
  return {
    title: `watch: a whole agent, ${loops} loops, one scrape every ${intervalMs / 1000} s each`,
    columns: ['who watches', 'µs CPU per scrape', '% of a core'],
    rows: [
      ['nobody', without, percentOf(without)],
      ['one reader of what the page reads', watched, percentOf(watched)],
      ['difference of neighbouring windows', added, percentOf(added)],
    ],
    notes: [`Goal: at most ${GOAL_PERCENT} % of a core for watching: ${percentOf(added) <= GOAL_PERCENT ? 'met' : 'missed'}. Medians.`],
  };
}

function framesTable({ empty, page }: { readonly empty: FrameTimes; readonly page: FrameTimes }, loops: number): Table {
  const row = (name: string, frames: FrameTimes) => [name, frames.median, frames.p99, frames.longest, 100 * frames.hitchShare] as const;
  return {
    title: `watch: frames of the page in Chromium, ${loops} loops`,
    columns: ['page', 'median ms', 'p99 ms', 'longest ms', '% of time in waits over 50 ms'],
    rows: [row('an empty page', empty), row('the actors', page)],
    notes: ['The empty page is the yardstick: browser, agent and targets share this machine.'],
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
