import type { AnyActorRef, AnyStateMachine, AnyStateNode, InspectionEvent } from 'xstate';

/** Collects which transitions of one machine are taken, and says which never were. */
export class TransitionCoverage {
  readonly #taken = new Set<string>();

  /** Watches an actor of the machine. Call before it starts. */
  watch(actor: AnyActorRef): void {
    actor.system.inspect((event: InspectionEvent) => {
      if (event.type !== '@xstate.microstep' || event.actorRef !== actor) return;
      for (const transition of event._transitions) this.#taken.add(nameOf(transition));
    });
  }

  /** Names of the transitions that were not taken: `source event [guard]`. */
  missing(machine: AnyStateMachine): readonly string[] {
    return [...new Set(transitionsBelow(machine.root).map(nameOf))].filter((name) => !this.#taken.has(name)).sort();
  }
}

interface NamedTransition {
  readonly eventType: string;
  readonly source: { readonly id: string };
  readonly target: readonly { readonly id: string }[] | undefined;
  readonly guard?: unknown;
}

function transitionsBelow(node: AnyStateNode): readonly NamedTransition[] {
  const own = [...node.transitions.values()].flat() as NamedTransition[];
  const always = (node.always ?? []) as readonly NamedTransition[];
  return [...own, ...always, ...Object.values(node.states).flatMap(transitionsBelow)];
}

function nameOf({ eventType, source, target = [], guard }: NamedTransition): string {
  const condition = guard === undefined ? '' : ` [${guardName(guard)}]`;
  return `${source.id} ${eventType === '' ? 'always' : eventType}${condition} → ${target.map(({ id }) => id).join() || 'itself'}`;
}

function guardName(guard: unknown): string {
  return typeof guard === 'string' ? guard : String((guard as { readonly type?: unknown }).type);
}
