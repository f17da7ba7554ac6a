import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Agent, AgentOptions } from '@limpet/agent';
import type { Kept } from '../log/log-line.ts';
import { SampleTrace } from './sample-trace.ts';
import type { TracedBatch } from './sample-trace.ts';
import { TransitionTrace } from './transition-trace.ts';

/** What one turn has caused. */
export interface TurnTrace {
  readonly transitions: readonly string[];
  readonly batches: readonly TracedBatch[];
}

/** Hashes of everything up to a turn. */
export interface TraceDigests {
  readonly transitions: string;
  readonly samples: string;
}

/** Follows a run turn by turn: what its machines did, what samples it handed over, and running hashes of both. */
export class RunTrace {
  readonly #transitions: TransitionTrace;
  readonly #transitionHash: Hash = createHash('sha256');
  readonly #sampleHash: Hash = createHash('sha256');
  /** Targets of which a body was not kept: their samples cannot be made again. */
  readonly #unkept = new Set<string>();
  #samples: SampleTrace | undefined;
  #hasLines: boolean;

  constructor({ monoMs, hasLines }: { readonly monoMs: () => number; readonly hasLines: boolean }) {
    this.#transitions = new TransitionTrace(monoMs);
    this.#hasLines = hasLines;
  }

  /** The consumer that notes samples, for the options of an agent. */
  readonly consumer: NonNullable<AgentOptions['consumers']>[number] = (registry) =>
    (this.#samples = new SampleTrace(registry, { hasLines: this.#hasLines }));

  /** Whether the samples of turns are noted as lines. */
  set hasLines(hasLines: boolean) {
    this.#hasLines = hasLines;
    if (this.#samples !== undefined) this.#samples.hasLines = hasLines;
  }

  /** Watches the machines of an agent; returns how to stop. */
  watch(agent: Pick<Agent, 'inspect'>): () => void {
    return agent.inspect((event) => this.#transitions.observe(event));
  }

  /** Closes a turn. `isKept`: whether the body that arrived in it, if any, is there for a replay. */
  endTurn(isKept: (batches: readonly TracedBatch[]) => boolean): TurnTrace {
    const transitions = this.#transitions.take();
    const all = this.#samples?.take() ?? [];
    if (!isKept(all)) for (const { targetId } of all) this.#unkept.add(targetId);
    const batches = this.#unkept.size === 0 ? all : all.filter(({ targetId }) => !this.#unkept.has(targetId));
    if (transitions.length > 0) this.#transitionHash.update(`${transitions.join('\n')}\n`);
    for (const { bytes } of batches) this.#sampleHash.update(bytes);
    return { transitions, batches };
  }

  digests(): TraceDigests {
    return {
      transitions: `sha256:${this.#transitionHash.copy().digest('hex')}`,
      samples: `sha256:${this.#sampleHash.copy().digest('hex')}`,
    };
  }
}

/** Whether the body of a turn is there, now that it is known what came of it. */
export function isKeptBy(kept: Kept, batches: readonly TracedBatch[]): boolean {
  return kept === 'ifFailed' ? batches.some(({ isDown }) => isDown) : kept;
}
