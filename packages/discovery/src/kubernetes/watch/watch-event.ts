import { fieldOf, numberOf, textOf } from '../object/json-value.ts';
import type { JsonValue } from '../object/json-value.ts';

/** One line of the answer to a watch. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: JsonValue; readonly resourceVersion: string }
  /** Nothing has changed up to this version. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly status: ApiStatus };

/** Why the API server refuses something. */
export interface ApiStatus {
  /** An HTTP status; 0 where none was told. */
  readonly code: number;
  /** One word, such as `Expired`. */
  readonly reason: string;
  readonly message: string;
}

/** Characters of a message of the API server that are shown. */
const MESSAGE_CHARS_MAX = 400;

/** Reads a line; undefined where it is no event. */
export function readWatchEvent(line: string): WatchEvent | undefined {
  const event = parsedJson(line);
  const type = textOf(event, 'type');
  const object = fieldOf(event, 'object');
  if (type === 'ERROR') return { type, status: readStatus(object) };
  const resourceVersion = textOf(object, 'metadata', 'resourceVersion');
  if (type === 'BOOKMARK') return { type, resourceVersion };
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' ? { type, object, resourceVersion } : undefined;
}

/** Reads an object of kind `Status`; what is not told is empty. */
export function readStatus(value: JsonValue): ApiStatus {
  const message = textOf(value, 'message');
  return { code: numberOf(value, 'code'), reason: textOf(value, 'reason'), message: message.slice(0, MESSAGE_CHARS_MAX) };
}

/** Whether a version is too old to go on from: what is known has to be listed anew. */
export function isExpired({ code, reason }: Pick<ApiStatus, 'code' | 'reason'>): boolean {
  return code === 410 || reason === 'Expired' || reason === 'Gone';
}

/** A JSON document; undefined where the text is none. */
export function parsedJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
