import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AgentCommand } from './agents.ts';
import { preciseWallMs } from './fixture-messages.ts';

/** Time that an agent has to end before it is killed. */
const STOP_MS_MAX = 90_000;
/** Output that is kept for an error message. */
const OUTPUT_CHARS_MAX = 4000;

/** The process of an agent, from its start until it has ended. */
export class RunningAgent {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  constructor({ name, program, words }: AgentCommand, folder: string) {
    this.name = name;
    this.#process = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
    this.#exited = once(this.#process, 'exit');
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = `${this.#output}${chunk.toString()}`.slice(-OUTPUT_CHARS_MAX)));
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The last that it printed. */
  output(): string {
    return this.#output;
  }

  assertRunning(): void {
    if (this.#process.exitCode !== null) throw new Error(`${this.name} ended by itself with ${this.#process.exitCode}\n${this.#output}`);
  }

  /** Asks it to end, and ends it where it does not. */
  async stop(): Promise<{ readonly stopSeconds: number; readonly exitCode: number | null }> {
    const askedMs = preciseWallMs();
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS_MAX);
      await this.#exited;
      clearTimeout(timer);
    }
    return { stopSeconds: (preciseWallMs() - askedMs) / 1000, exitCode: this.#process.exitCode };
  }
}
