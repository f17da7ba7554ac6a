import { setImmediate as turn } from 'node:timers/promises';
import { settledMemory } from '../actors/memory.ts';
import { cpuMicroseconds } from '../process-cpu.ts';
import { expositionBody } from '../exposition-body.ts';
import type { Table } from '../table.ts';
import { AppendRig } from './append-rig.ts';

const TARGETS = 100;

/** Bytes that the append port keeps for each active series, with and without the line template. */
export function seriesMemory(seriesCount: number): Table {
  const body = expositionBody({ seriesCount, format: 'text', round: 0 });
  const rows = (['template', 'reference'] as const).map((path) => {
    const before = usage();
    const rig = new AppendRig({ targetCount: TARGETS, path });
    for (let round = 0; round < 3; round++) {
      rig.tick();
      for (let target = 0; target < rig.targetCount; target++) rig.append(body, target);
    }
    const after = usage();
    const series = rig.registry.size;
    const each = (key: 'heap' | 'buffers' | 'resident') => (after[key] - before[key]) / series;
    return [path, each('heap'), each('buffers'), (rig.lines?.reservedBytes ?? 0) / series, rig.registry.reservedBytes / series];
  });
  return {
    title: `memory: ${TARGETS} targets of ${seriesCount} series, bytes for each series`,
    columns: ['path', 'heap', 'array buffers', 'of these, line memory', 'of these, labels'],
    rows,
    notes: ['Growth of the process after garbage collection. Array buffers: label bytes, columns by series, the lines of targets.'],
  };
}

function usage(): { readonly heap: number; readonly buffers: number; readonly resident: number } {
  const { heapBytes, residentBytes } = settledMemory();
  return { heap: heapBytes, buffers: process.memoryUsage().arrayBuffers, resident: residentBytes };
}

/** The first scrapes of targets with very many series: how long each turn of the event loop takes. */
export async function firstScrapes(seriesCount: number): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (let scrape = 1; scrape <= 4; scrape++) {
    const body = expositionBody({ seriesCount, format: 'text', round: scrape });
    const turns: number[] = [];
    const state = { isDone: false };
    let start = 0;
    const endTurn = (): void => {
      turns.push((cpuMicroseconds() - start) / 1000);
    };
    const pause = async (): Promise<void> => {
      endTurn();
      await turn();
      start = cpuMicroseconds();
    };
    const rig = new AppendRig({ path: 'template', pause, onAppended: () => (state.isDone = true) });
    rig.tick();
    start = cpuMicroseconds();
    rig.append(body);
    while (!state.isDone) await turn();
    endTurn();
    const last = turns.at(-1) ?? 0;
    rows.push([`${scrape}`, turns.length, Math.max(...turns.slice(0, -1)), last, turns.reduce((sum, each) => sum + each, 0)]);
  }
  return {
    title: `first scrape of ${seriesCount} series: CPU of each turn of the event loop, ms`,
    columns: ['scrape', 'turns', 'longest step', 'append', 'all'],
    rows,
    notes: ['CPU of the process, threads that compile and collect garbage included. What consumers do with the batch is not in it.'],
  };
}
