import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSnapshot } from 'node:v8';
import type { DebugPort } from '@limpet/api';
import { startCpuProfile } from './cpu-profile.ts';
import type { ProfilePorts } from './cpu-profile.ts';
import { pprofBytes } from './pprof.ts';

/** Time between two samples of a profile on demand. */
const INTERVAL_MICROS = 1_000;

/** Profiles and snapshots of this process. */
export function debugPort(ports: ProfilePorts): DebugPort {
  return {
    async cpuProfile({ durationMs, signal }) {
      signal.throwIfAborted();
      const running = await startCpuProfile(ports, INTERVAL_MICROS);
      try {
        await delay(durationMs, undefined, { signal });
      } catch (error) {
        running.cancel();
        throw error;
      }
      return pprofBytes(await running.stop());
    },
    heapSnapshot: () => Readable.toWeb(getHeapSnapshot()) as ReadableStream<Uint8Array>,
  };
}
