import { readFileSync } from 'node:fs';

/** Starts to measure what others take of this machine; the answer is their share of all its processors since, from 0 to 1. */
export function measureForeignLoad(pid: number): () => number {
  const before = { machine: machineTicks(), ours: ourTicks(pid) };
  return () => {
    const machine = machineTicks();
    const allTicks = machine.all - before.machine.all;
    const busyTicks = machine.busy - before.machine.busy;
    return Math.max(0, (busyTicks - (ourTicks(pid) - before.ours)) / Math.max(1, allTicks));
  };
}

/** Jiffies that all processors have had, and that they were not idle. */
function machineTicks(): { readonly all: number; readonly busy: number } {
  const times = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const all = times.reduce((sum, ticks) => sum + ticks, 0);
  const [, , , idle = 0, waiting = 0] = times;
  return { all, busy: all - idle - waiting };
}

/** Jiffies of the program under test and of this process with all its threads. */
function ourTicks(pid: number): number {
  return processTicks(pid) + processTicks(process.pid);
}

function processTicks(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user = 0, system = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return user + system;
}
