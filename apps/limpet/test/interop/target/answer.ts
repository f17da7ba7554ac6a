import type { IncomingHttpHeaders } from 'node:http';
import { protobufBody } from '@limpet/contract';
import type { FamilySpec } from '@limpet/contract';

/** What a scripted target does with one request. */
export interface Answer {
  /** 200 where none is given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with a content length; an array is sent chunk by chunk. */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
  /**
   * `hang`: nothing is ever sent. `hangInBody`: headers and body, but no end. `reset`: the connection breaks before
   * an answer. `resetInBody`: the connection breaks after the body given, which is shorter than announced.
   */
  readonly fault?: 'hang' | 'hangInBody' | 'reset' | 'resetInBody';
}

export interface ScriptRequest {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** How many requests the same client has sent to this path before. */
  readonly ordinal: number;
  /** A moment shortly before the first scrape, the same for both clients: explicit timestamps count from here. */
  readonly baseMs: number;
  readonly nowMs: number;
}

/** An answer, or how to make one from the request. */
export type Step = Answer | ((request: ScriptRequest) => Answer);

export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const PROTOBUF_TYPE = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
export const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** A good answer in the text format. */
export function text(...lines: readonly string[]): Answer {
  return { headers: { 'content-type': TEXT_TYPE }, body: lines.map((line) => `${line}\n`).join('') };
}

/** A good answer in OpenMetrics 1.0. */
export function openMetrics(...lines: readonly string[]): Answer {
  return { headers: { 'content-type': OPENMETRICS_TYPE }, body: [...lines, '# EOF', ''].join('\n') };
}

/** A good answer in protobuf. */
export function protobuf(...families: readonly FamilySpec[]): Answer {
  return { headers: { 'content-type': PROTOBUF_TYPE }, body: protobufBody(families) };
}

/** The same answer a number of times. */
export function times(count: number, step: Step): Step[] {
  return Array.from({ length: count }, () => step);
}
