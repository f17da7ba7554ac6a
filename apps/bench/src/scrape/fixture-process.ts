import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpuSecondsOf } from './process-usage.ts';
import type { FixtureAnswer, FixtureOrder, FixtureSettings } from './fixture-messages.ts';

/** A fixture in a process of its own, so that its work is not counted as the agent's and does not delay it. */
export class FixtureProcess<Report> {
  readonly ports: readonly number[];
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, ports: readonly number[]) {
    this.#process = process;
    this.ports = ports;
  }

  static async start<Report>(script: URL, settings: FixtureSettings): Promise<FixtureProcess<Report>> {
    const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const answer = await ask<Report>(child, { type: 'start', settings });
    if (answer.type !== 'listening') throw new Error('a fixture reported before it was started');
    return new FixtureProcess(child, answer.ports);
  }

  async report(): Promise<Report> {
    const answer = await ask<Report>(this.#process, { type: 'report' });
    if (answer.type !== 'report') throw new Error('a fixture was started twice');
    return answer.report;
  }

  /** CPU seconds that the fixture has used. */
  cpuSeconds(): Promise<number> {
    return cpuSecondsOf(this.#process.pid ?? 0);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }
}

async function ask<Report>(child: ChildProcess, order: FixtureOrder): Promise<FixtureAnswer<Report>> {
  const abort = new AbortController();
  const exited = once(child, 'exit', { signal: abort.signal }).then(() => {
    throw new Error('a fixture ended by itself');
  });
  const answered = once(child, 'message', { signal: abort.signal });
  child.send(order);
  try {
    const [answer] = await Promise.race([answered, exited]);
    return answer as FixtureAnswer<Report>;
  } finally {
    exited.catch(() => {});
    answered.catch(() => {});
    abort.abort();
  }
}
