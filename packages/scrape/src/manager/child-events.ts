interface ChildTransition {
  readonly actions: readonly string[];
  readonly description?: string;
}

/**
 * Transitions on the end of any child. XState's descriptors of these events are not part of a machine's own events:
 * adding them to the union would switch off the detection of misspelt names in all of its states.
 */
export function onChildEnd(transitions: { readonly done: ChildTransition; readonly crashed: ChildTransition }): object {
  return { 'xstate.done.actor.*': transitions.done, 'xstate.error.actor.*': transitions.crashed };
}

/** The child that an event of `onChildEnd` is about, and what it failed with. */
export function endedChild(event: { readonly type: string }): { readonly id: string; readonly error: unknown } {
  const { actorId = '', error } = event as { readonly actorId?: string; readonly error?: unknown };
  return { id: actorId, error };
}
