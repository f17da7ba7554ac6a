import type { AgentOptions } from '@limpet/agent';
import { settled } from '@limpet/driver';
import { Simulation } from '../../agent/test/simulation/simulation.ts';
import type { SimulationOptions } from '../../agent/test/simulation/simulation.ts';
import { subjectOfAgent } from '../../agent/test/simulation/subject.ts';
import { recordedAgent } from '../src/record/record-agent.ts';
import type { RecordedAgent, RecordingOptions } from '../src/index.ts';
import { MemoryRecording } from './memory-recording.ts';

/** A whole agent in virtual time whose run is recorded in memory. */
export class RecordedSimulation {
  readonly recording = new MemoryRecording();
  readonly simulation: Simulation;
  #recorded: RecordedAgent | undefined;

  constructor(
    options: SimulationOptions,
    recording: Partial<RecordingOptions> = {},
    change: (options: AgentOptions) => AgentOptions = (same) => same,
  ) {
    this.simulation = new Simulation((agentOptions) => {
      this.#recorded = recordedAgent(change(agentOptions), { folder: this.recording, ...recording });
      return subjectOfAgent(this.#recorded.agent);
    }, options);
  }

  get agent(): RecordedAgent['agent'] {
    if (this.#recorded === undefined) throw new Error('there is no agent yet');
    return this.#recorded.agent;
  }

  async start(): Promise<void> {
    await this.simulation.start();
    await this.pass(0);
  }

  /** Lets time pass; before each step everything comes to rest, and on disk. */
  async pass(ms: number): Promise<void> {
    const settle = async (): Promise<void> => {
      await settled();
      await this.#recorded?.atRest();
    };
    await this.simulation.clock.advanceSettled(ms, settle);
    await this.simulation.pass(0);
    for (let round = 0; round < 20; round++) await settled();
  }

  /** Ends the recording as a kill would not: with its last line. */
  async close(): Promise<MemoryRecording> {
    await this.#recorded?.close();
    return this.recording;
  }

  /** What is on disk when the process is killed now. */
  async killed(): Promise<MemoryRecording> {
    for (let round = 0; round < 20; round++) await settled();
    return this.recording.withLog(this.recording.log);
  }
}
