import type { Profiler } from 'node:inspector';

/** A connection to the inspector of this thread. */
export interface InspectorSession {
  post(method: 'Profiler.enable' | 'Profiler.start'): Promise<unknown>;
  post(method: 'Profiler.setSamplingInterval', params: Profiler.SetSamplingIntervalParameterType): Promise<unknown>;
  post(method: 'Profiler.stop'): Promise<Profiler.StopReturnType>;
  disconnect(): void;
}

/** What a CPU profile needs from outside. */
export interface ProfilePorts {
  /** A new session, connected. Sessions profile beside each other. */
  readonly openInspector: () => InspectorSession;
  readonly wall: () => number;
}

/** What V8 has seen, and when. */
export interface CpuProfile {
  readonly v8: Profiler.Profile;
  /** Wall time of the first sample, milliseconds. */
  readonly startedAtMs: number;
  /** Microseconds between two samples. */
  readonly intervalMicros: number;
}

/** A profile that is being taken. */
export interface RunningProfile {
  /** Ends it; to be called once. */
  stop(): Promise<CpuProfile>;
  /** Gives it up, whatever state it is in. */
  cancel(): void;
}

/** Begins a profile of the main thread. Rejects, with nothing left open, where V8 does not want to. */
export async function startCpuProfile(ports: ProfilePorts, intervalMicros: number): Promise<RunningProfile> {
  const session = ports.openInspector();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: intervalMicros });
    const startedAtMs = ports.wall();
    await session.post('Profiler.start');
    return {
      cancel: () => session.disconnect(),
      async stop() {
        try {
          const { profile } = await session.post('Profiler.stop');
          return { v8: profile, startedAtMs, intervalMicros };
        } finally {
          session.disconnect();
        }
      },
    };
  } catch (error) {
    session.disconnect();
    throw error;
  }
}
