import { formatSize } from '@limpet/model';
import type { BodyBudget } from './body-budget.ts';
import type { Fault } from './failure.ts';
import { SMALL_BODY_BYTES_MAX } from './limits.ts';

/** The words of an exceeded limit (S-110). */
export const BODY_LIMIT_TEXT = 'body size limit exceeded';

/** A body reached its limit; `defaultLimitBytes` where nobody has set one, so that the number is not looked for in vain. */
export function bodyTooLong(defaultLimitBytes?: number): Fault {
  const detail = defaultLimitBytes === undefined ? '' : `: ${formatSize(defaultLimitBytes)} where none is set`;
  return { reason: 'bodyLimit', text: `${BODY_LIMIT_TEXT}${detail}` };
}

/** A body found the budget used up, by others or by itself. */
export function noRoomForBody({ totalBytesMax }: BodyBudget): Fault {
  const room = `all bodies in flight may hold ${formatSize(totalBytesMax)}, those above ${formatSize(SMALL_BODY_BYTES_MAX)} half of it`;
  return { reason: 'bodyLimit', text: `${BODY_LIMIT_TEXT}: ${room}` };
}

/** In Go's words, which says it of less. */
export const TOO_SMALL_PIECES: Fault = { reason: 'protocol', text: 'chunked encoding contains too much non-data' };

/** In Go's words. */
export const TOO_MANY_INFORMATIONAL: Fault = { reason: 'protocol', text: 'net/http: too many 1xx informational responses' };
