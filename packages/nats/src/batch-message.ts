import { gzipSync } from 'node:zlib';
import type { BatchDelivery, PlainSample } from '@limpet/agent';
import { labelsObject } from '@limpet/model';
import type { BusMessage } from './message-bus.ts';

/** From this size on a payload is compressed, bytes. */
const COMPRESS_FROM_BYTES = 16_384;

/** One sample in a message. Numbers that JSON does not have are texts: `NaN`, `+Inf`, `-Inf`. */
export interface MessageSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  /** Absent for a stale marker, which has `stale` instead. */
  readonly value?: number | 'NaN' | '+Inf' | '-Inf';
  readonly stale?: true;
  readonly histogram?: PlainSample['histogram'];
}

/** What one message carries: the samples of one scrape. */
export interface BatchPayload {
  readonly job: string;
  readonly targetId: string;
  readonly tick: number;
  readonly epoch: number;
  readonly timestampMs: number;
  readonly samples: readonly MessageSample[];
}

/** The batch of one scrape as a message; its id names the target, the tick and the owner. */
export function batchMessage(delivery: BatchDelivery, prefix: string): BusMessage {
  const { job, targetId, tick, epoch, timestampMs, isBesideGrid } = delivery.batch;
  const { missedCount } = delivery;
  const payload: BatchPayload = { job, targetId, tick, epoch, timestampMs, samples: delivery.samples().map(messageSample) };
  const json = new TextEncoder().encode(JSON.stringify(payload));
  const isLarge = json.length >= COMPRESS_FROM_BYTES;
  return {
    subject: `${prefix}.batches.${subjectToken(job)}`,
    payload: isLarge ? gzipSync(json) : json,
    id: `${targetId}/${tick}/${epoch}${isBesideGrid === true ? `/${timestampMs}` : ''}`,
    headers: {
      'Content-Type': 'application/json',
      ...(isLarge && { 'Content-Encoding': 'gzip' }),
      ...(missedCount > 0 && { 'Limpet-Missed-Batches': String(missedCount) }),
    },
  };
}

/** A text as one token of a subject: whatever a subject cannot have becomes `_`. */
export function subjectToken(text: string): string {
  const token = text.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return token === '' ? '_' : token;
}

function messageSample({ labels, timestampMs, value, histogram }: PlainSample): MessageSample {
  const head = { labels: labelsObject(labels), timestampMs };
  if (value === 'stale') return { ...head, stale: true };
  return { ...head, value: jsonNumber(value), ...(histogram !== undefined && { histogram }) };
}

function jsonNumber(value: number): number | 'NaN' | '+Inf' | '-Inf' {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : value;
}
