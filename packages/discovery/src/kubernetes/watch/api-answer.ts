import type { HttpOutcome } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { fieldOf, itemsOf, textOf } from '../object/json-value.ts';
import type { JsonValue } from '../object/json-value.ts';
import { isExpired, parsedJson, readStatus } from './watch-event.ts';

/** Why a list or a watch was refused. */
export interface ApiRefusal {
  readonly message: string;
  /** What is known is too old to go on from; no failure. */
  readonly isExpired: boolean;
  /** A smaller page might fit. */
  readonly isTooLong: boolean;
  /** Nobody answered, or the server has no time now: the same request may do later. */
  readonly isPassing: boolean;
}

/** One page of a list. */
export interface ListPage {
  readonly items: readonly JsonValue[];
  readonly resourceVersion: string;
  /** Asks for the next page; `''` after the last. */
  readonly continueToken: string;
}

const TOO_MANY_REQUESTS = 429;
const decoder = new TextDecoder('utf-8');

/** A page of a list, or why there is none. */
export function readListPage(outcome: HttpOutcome): Result<ListPage, ApiRefusal> {
  const refused = refusalOf(outcome);
  if (refused !== undefined || !outcome.ok) return failed(refused ?? unexpected(''));
  const page = parsedJson(decoder.decode(outcome.body));
  const resourceVersion = textOf(page, 'metadata', 'resourceVersion');
  if (fieldOf(page, 'items') === undefined || resourceVersion === '') return failed(unexpected('the answer is not a list of objects'));
  return succeeded({ items: itemsOf(page, 'items'), resourceVersion, continueToken: textOf(page, 'metadata', 'continue') });
}

/** Why an answer is no success; undefined where it is one. */
export function refusalOf(outcome: HttpOutcome): ApiRefusal | undefined {
  if (!outcome.ok) return { message: outcome.error, isExpired: false, isTooLong: outcome.reason === 'bodyLimit', isPassing: true };
  if (outcome.status === 200) return undefined;
  const status = readStatus(parsedJson(decoder.decode(outcome.body)));
  const said = status.message === '' ? '' : `: ${status.message}`;
  const message = `server returned HTTP status ${outcome.status} ${outcome.statusText}`.trim() + said;
  const expired = isExpired({ ...status, code: outcome.status });
  return { message, isExpired: expired, isTooLong: false, isPassing: outcome.status === TOO_MANY_REQUESTS };
}

/** A refusal that follows from what an answer holds. */
export function unexpected(message: string): ApiRefusal {
  return { message, isExpired: false, isTooLong: false, isPassing: false };
}
