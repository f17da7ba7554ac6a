import { askAgent } from './gap-answer.ts';
import type { GapQuestion } from './gap-answer.ts';

/** A request that had something of the scrape, as `/api/v1/limpet/deliveries` writes it; times are RFC 3339. */
export interface AnsweredRequest {
  readonly shard: number;
  readonly itemCount: number;
  readonly attempts: number;
  readonly outcome: 'accepted' | 'rejected';
  readonly ended: string;
}

export interface AnsweredScrape {
  readonly scrapePool: string;
  readonly targetId: string;
  readonly tick: number;
  readonly timestamp: string;
  readonly sampleCount: number;
  readonly record: {
    readonly sequence: number;
    readonly segment: string;
    readonly offset: number;
    readonly bytes: number;
    readonly synced: boolean;
  };
  readonly receivers: readonly {
    readonly name: string;
    readonly url: string;
    readonly stage: 'waiting' | 'sending' | 'finished';
    readonly requests: readonly AnsweredRequest[];
  }[];
}

/** Asks a running agent. Throws a `CommandError` where it does not answer or has no such scrape. */
export async function askForDeliveries(question: GapQuestion): Promise<readonly AnsweredScrape[]> {
  const { scrapes } = await askAgent<{ readonly scrapes: readonly AnsweredScrape[] }>('limpet/deliveries', 'scrapes', question);
  return scrapes;
}
