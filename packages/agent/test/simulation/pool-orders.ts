import type { LoopsEvent } from '@limpet/scrape';
import type { AnyActorRef, InspectionEvent } from 'xstate';

/** What the pools told their supervisors since the notes were begun: what really happens to the loops. */
export class PoolOrders {
  /** Ids by the id that the loop had at first; undefined = ended. Loops that nothing was ordered of are not in here. */
  readonly #now = new Map<string, string | undefined>();
  readonly #retargeted = new Set<string>();
  readonly #added = new Set<string>();
  readonly #stoppedJobs = new Set<string>();

  readonly observe = (event: InspectionEvent): void => {
    const { id, _parent: parent } = event.actorRef as AnyActorRef;
    if (event.type === '@xstate.event' && id === 'loops' && parent !== undefined) this.#take(parent.id, event.event as LoopsEvent);
  };

  /** What became of a loop that ran when the notes were begun. */
  fateOf({ id, job }: { readonly id: string; readonly job: string }): 'kept' | 'retargeted' | 'restarted' | 'removed' {
    if (this.#stoppedJobs.has(job)) return 'removed';
    const now = this.#now.has(id) ? this.#now.get(id) : id;
    if (now === undefined) return 'removed';
    if (now !== id) return 'restarted';
    return this.#retargeted.has(id) ? 'retargeted' : 'kept';
  }

  /** Loops that were not there before and are now. */
  get added(): ReadonlySet<string> {
    return this.#added;
  }

  #take(pool: string, event: LoopsEvent): void {
    if (event.type === 'stopAll') this.#stoppedJobs.add(pool.slice('pool:'.length));
    if (event.type !== 'apply') return;
    for (const { id, event: told } of event.tell) if (told.type === 'retarget') this.#retargeted.add(id);
    for (const { id, next } of event.stop) {
      if (this.#added.delete(id)) {
        if (next !== undefined) this.#added.add(next.id);
      } else this.#now.set(this.#firstOf(id), next?.id);
    }
    for (const { id } of event.start) this.#added.add(id);
  }

  #firstOf(id: string): string {
    for (const [first, now] of this.#now) if (now === id) return first;
    return id;
  }
}
