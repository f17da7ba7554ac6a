#!/usr/bin/env node
import { cpus } from 'node:os';
import { actorsBenchmark } from './actors/actors.ts';
import { churnBenchmark } from './actors/churn.ts';
import { helpText, parseOrder } from './command-line.ts';
import { scrapeBenchmark } from './scrape/scrape.ts';
import { soakBenchmark } from './soak/soak.ts';
import { stagesBenchmark } from './stages/stages.ts';
import { tableRecords, tableText } from './table.ts';
import { watchBenchmark } from './watch/watch.ts';

const BENCHMARKS = [actorsBenchmark, churnBenchmark, stagesBenchmark, scrapeBenchmark, soakBenchmark, watchBenchmark];

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  try {
    const { runs, isJson, isHelp } = parseOrder(words, BENCHMARKS);
    if (isHelp) {
      process.stdout.write(helpText(BENCHMARKS));
      return 0;
    }
    const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length };
    if (!isJson) process.stdout.write(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}\n\n`);
    for (const { benchmark, settings } of runs) {
      const tables = await benchmark.run(settings, (text) => process.stderr.write(`${benchmark.name}: ${text}\n`));
      for (const table of tables) {
        const record = { benchmark: benchmark.name, title: table.title, settings, machine, rows: tableRecords(table) };
        process.stdout.write(isJson ? `${JSON.stringify(record)}\n` : `${tableText(table)}\n`);
      }
    }
    return 0;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
