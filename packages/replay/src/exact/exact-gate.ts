import type { AgentCommand } from '@limpet/agent';
import { checkedDelay } from '@limpet/driver';
import type { Clock, TimerHandle } from '@limpet/driver';
import type { BootLine, InputLine, Kept } from '../log/log-line.ts';
import type { Entrance, Feed, Gate, Question } from '../world/gate.ts';

/** Something that waits for its line of the recording. */
interface Waiting {
  /** Lets it in as the line says. */
  release(line: InputLine): void;
  /** Stays when it has been let in. */
  readonly isLasting: boolean;
  /** Whether a replay gets the body that the line names. */
  keptOf?(line: InputLine): Kept;
}

/** An agent's world in which nothing happens but what is let in from a recording, at the time that was recorded. */
export class ExactGate implements Gate {
  readonly clock: Clock;
  readonly #waiting = new Map<string, Waiting>();
  #timerCount = 0;
  #monoMs: number;
  #wallMs: number;

  constructor({ m, w }: Pick<BootLine, 'm' | 'w'>) {
    this.#monoMs = m;
    this.#wallMs = w;
    this.clock = {
      mono: () => this.#monoMs,
      wall: () => this.#wallMs,
      setTimeout: (fire, delayMs) => this.#setTimeout(fire, delayMs),
      clearTimeout: (timer) => this.#waiting.delete((timer as { readonly key: string }).key),
    };
  }

  /** What the agent waits for, sorted. */
  get waitingKeys(): readonly string[] {
    return [...this.#waiting.keys()].sort();
  }

  /** Whether the agent waits for what a line brings. */
  waitsFor({ key }: Pick<InputLine, 'key'>): boolean {
    return this.#waiting.has(key);
  }

  /** Moves time without letting anything in. */
  moveTo(monoMs: number, wallMs: number): void {
    this.#monoMs = monoMs;
    this.#wallMs = wallMs;
  }

  /** Moves time to a line and lets in what it brings. Returns whether the body in it is there. */
  letIn(line: InputLine): Kept {
    this.moveTo(line.m, line.w);
    const waiting = this.#waiting.get(line.key);
    if (waiting === undefined) throw new Error(`nobody waits for ${line.key}`);
    if (!waiting.isLasting) this.#waiting.delete(line.key);
    waiting.release(line);
    return waiting.keptOf?.(line) ?? true;
  }

  answer<Answer>({ key, decode, keptOf }: Question<Answer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.set(key, {
      isLasting: false,
      release: ({ ok, err }) => {
        if (err === undefined) resolve(decode(ok));
        else reject(new Error(err));
      },
      keptOf: ({ ok }) => keptOf?.(ok) ?? true,
    });
    return promise;
  }

  entrance({ key, deliver }: Entrance): () => void {
    this.#waiting.set(key, { isLasting: true, release: deliver });
    return () => {};
  }

  feed<Told>({ key, deliver, decode }: Feed<Told>): (told: Told) => void {
    this.#waiting.set(key, { isLasting: true, release: ({ ok }) => deliver(decode(ok)) });
    return () => {};
  }

  /** Commands come from the recording by way of whoever replays it. */
  command(_: AgentCommand, deliver: () => void): void {
    deliver();
  }

  #setTimeout(fire: () => void, delayMs: number): TimerHandle {
    checkedDelay(delayMs);
    const key = `timer#${++this.#timerCount}`;
    this.#waiting.set(key, { isLasting: false, release: fire });
    return { key };
  }
}
