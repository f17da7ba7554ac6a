/** What a label needs to know of the state that handles the event. */
export interface HandlingState {
  readonly id: string;
  /** Invocations by the id of their actor. */
  readonly invokeNames: ReadonlyMap<string, string>;
}

/**
 * An event's type as a person reads it: `xstate.after.untilNextTick.loop.idle.waiting` is `after untilNextTick`,
 * `xstate.done.actor.fetch` is `done fetch`, a transition without an event is `always`. Types of one's own stay.
 */
export function eventLabel(eventType: string, state: HandlingState): string {
  if (eventType === '') return 'always';
  const rest = (prefix: string): string | undefined => (eventType.startsWith(prefix) ? eventType.slice(prefix.length) : undefined);
  const delay = rest('xstate.after.');
  if (delay !== undefined) return `after ${delayLabel(delay, state.id)}`;
  const doneState = rest('xstate.done.state.');
  if (doneState !== undefined) return doneState === state.id ? 'done' : `done ${doneState}`;
  for (const outcome of ['done', 'error'] as const) {
    const actor = rest(`xstate.${outcome}.actor.`);
    if (actor !== undefined) return `${outcome} ${state.invokeNames.get(actor) ?? actor}`;
  }
  const snapshot = rest('xstate.snapshot.');
  return snapshot === undefined ? eventType : `snapshot ${state.invokeNames.get(snapshot) ?? snapshot}`;
}

/** The delay without the state that waits; a number of milliseconds gets its unit. */
function delayLabel(delay: string, stateId: string): string {
  const name = delay.endsWith(`.${stateId}`) ? delay.slice(0, -stateId.length - 1) : delay;
  return /^\d+$/.test(name) ? `${name} ms` : name;
}
