import type { ScrapeConfig } from '@limpet/config';
import { mediaTypeOf, parserFor } from '@limpet/exposition';
import type { FetchedBody } from '../fetch/fetched-body.ts';
import type { TickFailureReason } from '../ledger/tick-outcomes.ts';
import type { ScrapeOutcome } from '../ports.ts';

/** What a target answered to somebody who only wanted to look. */
export interface ViewedScrape {
  /** Undefined: the answer could be read to its end. */
  readonly error: string | undefined;
  readonly reason: TickFailureReason | undefined;
  readonly durationMs: number;
  /** Samples and histograms that the body spells, before relabelling. */
  readonly sampleCount: number;
  readonly contentType: string;
  /** A copy of the body; undefined where there is none. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

interface ViewInput {
  readonly outcome: ScrapeOutcome;
  readonly body: FetchedBody | undefined;
  readonly durationMs: number;
}

/** Reads a body without a trace in series, samples and status. Never throws. */
export function viewScrape({ outcome, body, durationMs }: ViewInput, config: Pick<ScrapeConfig, 'fallbackScrapeProtocol'>): ViewedScrape {
  const viewed = { durationMs, sampleCount: 0, contentType: body?.contentType ?? '', body: body && new Uint8Array(body.bytes) };
  if (outcome.kind !== 'response') {
    return { ...viewed, error: outcome.error, reason: outcome.kind === 'failed' ? outcome.reason : 'targetLimit' };
  }
  const fallback = config.fallbackScrapeProtocol;
  const parser = parserFor(viewed.contentType, fallback === undefined ? undefined : mediaTypeOf(fallback));
  if (!parser.ok) return { ...viewed, error: parser.error.message, reason: 'contentType' };
  try {
    return {
      ...viewed,
      sampleCount: countSamples(parser.value.parse(viewed.body ?? new Uint8Array())),
      error: undefined,
      reason: undefined,
    };
  } catch (error) {
    return { ...viewed, error: error instanceof Error ? error.message : String(error), reason: 'parse' };
  }
}

function countSamples(entries: Iterable<{ readonly kind: string }>): number {
  let count = 0;
  for (const { kind } of entries) if (kind === 'sample' || kind === 'histogram') count++;
  return count;
}
