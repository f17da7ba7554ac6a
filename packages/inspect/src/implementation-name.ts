const INLINE = 'inline';
const BUILT_IN = 'xstate.';
/** Names that a function takes from the property that it was written under; they say nothing. */
const PROPERTY_NAMES: ReadonlySet<string> = new Set(['', 'actions', 'entry', 'exit', 'guard', 'check']);

/** What XState holds where a machine names an action or a guard: a name, an object with a type, or a function. */
interface Implementation {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly event?: unknown;
  readonly sendId?: unknown;
  readonly guards?: unknown;
}

/**
 * The name of an action: the given one, for an unnamed action of XState what it does (`raise ready`, `assign`), and
 * `inline` for a function without a name. `undefined` for the actions with which XState itself runs `after`.
 */
export function actionName(action: unknown): string | undefined {
  if (typeof action === 'string') return action;
  if (!isImplementation(action)) return INLINE;
  if (isTimer(action)) return undefined;
  if (typeof action.type !== 'string') return functionName(action);
  if (!action.type.startsWith(BUILT_IN)) return action.type;
  return [action.type.slice(BUILT_IN.length), eventTypeOf(action.event)].filter((word) => word !== undefined).join(' ');
}

/** The name of a guard; combined ones as `and(a, not(b))`. */
export function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (!isImplementation(guard)) return INLINE;
  if (Array.isArray(guard.guards)) return `${functionName(guard)}(${guard.guards.map(guardName).join(', ')})`;
  return typeof guard.type === 'string' ? guard.type : functionName(guard);
}

/** The name of the logic that an invocation runs. */
export function sourceName(source: unknown): string {
  return typeof source === 'string' && !source.startsWith('xstate.invoke.') ? source : INLINE;
}

function isImplementation(value: unknown): value is Implementation {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function isTimer(action: Implementation): boolean {
  return [eventTypeOf(action.event), action.sendId].some((name) => typeof name === 'string' && name.startsWith('xstate.after.'));
}

function eventTypeOf(event: unknown): string | undefined {
  return typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : undefined;
}

function functionName({ name }: Implementation): string {
  return typeof name === 'string' && !PROPERTY_NAMES.has(name) ? name : INLINE;
}
