import { readFile } from 'node:fs/promises';

/** Ticks of the kernel's process accounting in a second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, that a process has used, to 10 ms. Linux only. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return cpuSecondsIn(await readFile(`/proc/${pid}/stat`, 'utf8'));
}

/** Resident memory of a process in MiB: now, and the most it ever had. Linux only. */
export async function memoryOf(pid: number): Promise<{ readonly residentMib: number; readonly peakMib: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return { residentMib: mibIn(status, 'VmRSS'), peakMib: mibIn(status, 'VmHWM') };
}

/** Reads `/proc/PID/stat`. The second field is the program's name in brackets and may hold anything. */
export function cpuSecondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function mibIn(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}
