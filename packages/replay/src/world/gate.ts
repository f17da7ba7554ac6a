import type { AgentCommand } from '@limpet/agent';
import type { Clock } from '@limpet/driver';
import type { Kept } from '../log/log-line.ts';

/** How an answer is written down and read back. */
export interface AnswerCodec<Answer> {
  /** What a line holds of it. */
  readonly encode: (answer: Answer) => unknown;
  readonly decode: (kept: unknown) => Answer;
  /** Whether a replay gets the body that it names; `true` where absent. */
  readonly keptOf?: (kept: unknown) => Kept;
}

/** One question to the world. */
export interface Question<Answer> extends AnswerCodec<Answer> {
  /** Names it; equal questions are told apart by an ordinal. */
  readonly key: string;
  readonly ask: () => Promise<Answer>;
}

/** A way in that is used again and again. */
export interface Entrance {
  readonly key: string;
  /** What comes in when it is closed is forgotten. */
  readonly isOpen: () => boolean;
  readonly deliver: () => void;
}

/** A way in that brings something every time. */
export interface Feed<Told> extends Pick<AnswerCodec<Told>, 'encode' | 'decode'> {
  readonly key: string;
  /** What comes in when it is closed is forgotten. */
  readonly isOpen: () => boolean;
  readonly deliver: (told: Told) => void;
}

/**
 * What stands between an agent and the world: a recorder asks the world and writes the answers down, a replay takes them
 * from a recording. Everything that comes in comes in by its own turn, in both.
 */
export interface Gate {
  readonly clock: Clock;
  /** Asks the world once. The promise settles in the turn of the answer. */
  answer<Answer>(question: Question<Answer>): Promise<Answer>;
  /** A way in for something that the world tells again and again: returns what it is to call. */
  entrance(entrance: Entrance): () => void;
  /** The same where it brings something: returns what it is to be handed to. */
  feed<Told>(feed: Feed<Told>): (told: Told) => void;
  command(command: AgentCommand, deliver: () => void): void;
}

/** Numbers questions of the same kind: `read:/a.json#1`, `read:/a.json#2`. */
export class Ordinals {
  readonly #counts = new Map<string, number>();

  next(key: string): string {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return `${key}#${count}`;
  }
}
