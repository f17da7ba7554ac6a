import { open } from 'node:fs/promises';
import type { Log } from '@limpet/model';
import { FlagError } from '../flag/run-options.ts';
import { startCpuProfile } from './cpu-profile.ts';
import type { CpuProfile, ProfilePorts } from './cpu-profile.ts';
import { pprofBytes } from './pprof.ts';

/** Time between two samples: as Go has it, because V8 keeps every one until the end. */
const INTERVAL_MICROS = 10_000;
/** What is profiled at most. V8 then keeps 360,000 samples, in some tens of megabytes. */
export const RUN_PROFILE_MS_MAX = 3_600_000;

export interface RunProfileOptions extends ProfilePorts {
  readonly file: string;
  readonly log: Log;
  /** Runs something once, later; returns how to call that off. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/**
 * Profiles the run into a file, until the function returned is called or the longest time is over. Throws a `FlagError`
 * where the file cannot be written: that is better known at the start than at the end.
 */
export async function startRunProfile({ file, log, after, ...ports }: RunProfileOptions): Promise<() => Promise<void>> {
  const handle = await open(file, 'w', 0o600).catch((cause: unknown) => {
    throw new FlagError(`--cpu-profile: the file cannot be written: ${String(cause)}`, 1);
  });
  const running = await startCpuProfile(ports, INTERVAL_MICROS).catch(async (cause: unknown) => {
    await handle.close();
    throw new FlagError(`--cpu-profile: V8 takes no profile: ${String(cause)}`, 1);
  });
  let written: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    try {
      await handle.writeFile(await bytesOf(await running.stop(), file));
      log.info('CPU profile written', { file });
    } catch (error) {
      log.error('the CPU profile could not be written', { code: 'LIMPET_CPU_PROFILE', file, cause: String(error) });
    } finally {
      await handle.close();
    }
  };
  const end = (): Promise<void> => (written ??= write());
  const callOff = after(RUN_PROFILE_MS_MAX, () => void end());
  return () => {
    callOff();
    return end();
  };
}

function bytesOf(profile: CpuProfile, file: string): Promise<Uint8Array> {
  return file.endsWith('.cpuprofile') ? Promise.resolve(Buffer.from(JSON.stringify(profile.v8))) : pprofBytes(profile);
}
