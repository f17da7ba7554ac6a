import type { HttpFailureReason, HttpOutcome } from '@limpet/http-client';
import type { HttpLine, Kept } from '../log/log-line.ts';
import type { AnswerCodec } from './gate.ts';

/** Headers of answers that the agent reads. Of all others nothing is kept. */
const KEPT_HEADERS = [
  'content-type',
  'retry-after',
  'x-prometheus-remote-write-samples-written',
  'x-prometheus-remote-write-histograms-written',
  'x-prometheus-remote-write-exemplars-written',
] as const;

/** Whether a body is needed for a replay, within the scope of the recording, or outside of it. */
export type BodyWant = 'always' | 'inScope' | 'never';

/** Where bodies go to and come from, by what is in them. */
export interface Bodies {
  /** Takes a body; says under which name, and whether it will be there for a replay. */
  put(bytes: Uint8Array, want: BodyWant): { readonly body: string; readonly kept: Kept };
  /** Throws a `RecordingError` for one that is missing or not what its name says. */
  get(body: string): Uint8Array;
  /** Whether there is one of this name. */
  has(body: string): boolean;
}

export interface HttpCodecOptions {
  readonly bodies: Bodies;
  readonly want: BodyWant;
  /** Whether whoever asked will release the body. */
  readonly keepsBody: boolean;
  readonly scrub: (text: string) => string;
}

/** How answers over HTTP are kept. Neither requests nor authentication ever are. */
export function httpCodec({ bodies, want, keepsBody, scrub }: HttpCodecOptions): AnswerCodec<HttpOutcome> {
  return {
    encode: (outcome): HttpLine => {
      if (!outcome.ok) return { failed: outcome.reason, error: scrub(outcome.error) };
      const { body, kept } = bodies.put(outcome.body, want);
      const { status, statusText, wireBytes } = outcome;
      const line = {
        status,
        text: scrub(statusText),
        headers: keptHeaders(outcome.headers),
        bytes: outcome.body.length,
        wire: wireBytes,
        body,
      };
      return kept === true ? line : { ...line, kept };
    },
    decode: (kept) => outcomeOf(kept as HttpLine, bodies, keepsBody),
    keptOf: (line) => (line as { readonly kept?: false | 'ifFailed' }).kept ?? true,
  };
}

function keptHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) kept[name] = typeof value === 'string' ? value : (value[0] ?? '');
  }
  return kept;
}

function outcomeOf(line: HttpLine, bodies: Bodies, keepsBody: boolean): HttpOutcome {
  if ('failed' in line) return { ok: false, reason: line.failed as HttpFailureReason, error: line.error };
  const isThere = line.kept === undefined || (line.kept === 'ifFailed' && bodies.has(line.body));
  const body = isThere ? bodies.get(line.body) : new Uint8Array();
  const answer = { ok: true, status: line.status, statusText: line.text, headers: line.headers, body, wireBytes: line.wire } as const;
  return keepsBody ? { ...answer, release: () => {} } : answer;
}
