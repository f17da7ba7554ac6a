import { readdirSync, readFileSync } from 'node:fs';

/** The process that was started with an argument. Linux only. */
export function processWith(argument: string): number {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandOf(name).includes(argument));
  const [only, ...others] = found.map(Number);
  if (only === undefined || others.length > 0) throw new Error(`${found.length} processes were started with ${argument}`);
  return only;
}

/** The most memory that a process has had resident at any time of its life, in bytes. Linux only. */
export function peakResidentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status says nothing of VmHWM`);
  return Number(kilobytes) * 1024;
}

function commandOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended meanwhile
  }
}
