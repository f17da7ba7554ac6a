/** Characters of one text. */
const TEXT_MAX = 1_000;
/** Entries of one list or object. */
const ENTRIES_MAX = 50;
const DEPTH_MAX = 6;
const MASK = '<secret>';
const SECRET_NAME = /passw|secret|token|credential|authorization|cookie|api_?key|private_?key|bearer/i;
const USER_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const SECRET_IN_QUERY = /([?&][^\s=&]*(?:passw|secret|token|credential|key|auth|sig)[^\s=&]*=)[^\s&#"']+/gi;

/**
 * A value of a machine as data that may be shown: no functions, no actors, no secrets, and bounded. By rule contexts and
 * events hold no secrets to begin with (statecharts 3.3); values under telling names and credentials in URLs are masked
 * all the same.
 */
export function sanitised(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return safeText(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : safeObject(value, depth);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

/** A text without credentials, cut where it is long. */
export function safeText(text: string): string {
  const short = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}… (${text.length} characters)` : text;
  return short.replaceAll(USER_IN_URL, `$1${MASK}@`).replaceAll(SECRET_IN_QUERY, `$1${MASK}`);
}

function safeObject(value: object, depth: number): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function' && depth < DEPTH_MAX) {
    const json: unknown = Reflect.apply(value.toJSON, value, []);
    if (json !== value && (typeof json !== 'object' || json === null)) return sanitised(json, depth + 1);
  }
  if (isActor(value)) return `<actor ${value.id}>`;
  if (value instanceof Error) return safeText(String(value));
  if (depth >= DEPTH_MAX) return '…';
  if (Array.isArray(value)) return listOf(value, depth);
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return `<${value.constructor.name}>`;
  return recordOf(value, depth);
}

function listOf(list: readonly unknown[], depth: number): unknown[] {
  const shown = list.slice(0, ENTRIES_MAX).map((item) => sanitised(item, depth + 1) ?? null);
  return list.length > ENTRIES_MAX ? [...shown, `… ${list.length - ENTRIES_MAX} more`] : shown;
}

function recordOf(value: object, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  let count = 0;
  for (const [name, item] of Object.entries(value)) {
    if (count === ENTRIES_MAX) {
      shown['…'] = `${Object.keys(value).length - ENTRIES_MAX} more`;
      break;
    }
    const safe = SECRET_NAME.test(name) && isWorthHiding(item) ? MASK : sanitised(item, depth + 1);
    if (safe === undefined) continue;
    shown[safeText(name)] = safe;
    count++;
  }
  return shown;
}

/** Under a telling name everything is masked but what holds nothing: counts and flags say no secret. */
function isWorthHiding(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null);
}

function isActor(value: object): value is { readonly id: string } {
  return 'sessionId' in value && 'send' in value && 'id' in value;
}
