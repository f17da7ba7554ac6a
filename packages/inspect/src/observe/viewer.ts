import { edgeAt } from '../chart/machine-chart.ts';
import { actorDetail } from './actor-detail.ts';
import type { ActorEntry } from './actor-entry.ts';
import { inspectedActor } from './actor-table.ts';
import type { CountsMessage, GoneMessage, HelloMessage, InspectMessage, StepMessage, TreeMessage } from './inspect-message.ts';
import { SPOTLIGHT_MAX } from './inspector.ts';
import type { Inspector } from './inspector.ts';
import type { Onlooker } from './onlooker.ts';
import type { Step } from './step-ring.ts';
import { Waker } from './waker.ts';

/** Steps that may wait for one viewer; beyond that the oldest are dropped, and it is told how many. */
export const WAITING_STEPS_MAX = 1_000;
/** Comings and goings that may wait; beyond that the whole tree is told instead. */
const WAITING_NEWS_MAX = 1_000;
/** Steps of the past that a viewer is told at first. */
const PAST_STEPS_MAX = 200;

/** An actor has come, or gone in some way. */
interface News {
  readonly entry: ActorEntry;
  readonly how?: GoneMessage['how'];
}

/** What a viewer wants to see. */
export interface ViewerOptions {
  /** False: counts only. */
  readonly wantsSteps?: boolean;
  /** Paths, at most `SPOTLIGHT_MAX` of them. */
  readonly spotlight?: readonly string[];
  /** Steps up to this number have been told already. */
  readonly afterSeq?: number;
}

/**
 * What one viewer has still to be told, within bounds however slow it is: steps are dropped with a `gap`, counts and
 * details are those of the moment in which they are taken.
 */
export class Viewer implements Onlooker {
  readonly spotlight: ReadonlySet<string>;
  readonly wantsSteps: boolean;
  readonly #inspector: Inspector;
  readonly #waker = new Waker();
  #greeting: readonly InspectMessage[];
  #news: News[] = [];
  #isTreeDue = false;
  #steps: Step[] = [];
  #droppedCount = 0;
  readonly #detailsDue = new Set<ActorEntry>();
  #isTickDue = true;
  #countsSeenAt = -1;

  /** Begins to watch. Throws a `RangeError` where the spotlight is too wide. */
  constructor(inspector: Inspector, { wantsSteps = true, spotlight = [], afterSeq = -1 }: ViewerOptions = {}) {
    this.spotlight = new Set(spotlight);
    if (this.spotlight.size > SPOTLIGHT_MAX) throw new RangeError(`at most ${SPOTLIGHT_MAX} actors may be in the spotlight`);
    this.wantsSteps = wantsSteps;
    this.#inspector = inspector;
    inspector.add(this);
    this.#greeting = [this.#hello(), this.#tree()];
    for (const path of this.spotlight) {
      const entry = inspector.table.at(path);
      if (entry !== undefined) this.#detailsDue.add(entry);
    }
    if (wantsSteps) this.#steps = inspector.ring.newest((entry) => this.#isShown(entry), { countMax: PAST_STEPS_MAX, afterSeq });
  }

  /** Resolves when there is something to take; with false when the viewer has been closed. */
  ready(): Promise<boolean> {
    return this.#waker.ready();
  }

  /** Everything that waits, in the order in which it should be shown. */
  take(): readonly InspectMessage[] {
    this.#waker.took();
    const messages: InspectMessage[] = [...this.#greeting];
    if (this.#isTreeDue) messages.push(this.#tree());
    for (const news of this.#news) messages.push(newsMessage(news));
    if (this.#droppedCount > 0) messages.push({ type: 'gap', dropped: this.#droppedCount });
    for (const step of this.#steps) messages.push(stepMessage(step));
    const nowMs = this.#inspector.wall();
    for (const entry of this.#detailsDue) messages.push(actorDetail(entry, nowMs, (actor) => this.#inspector.timersOf(actor)));
    if (this.#isTickDue) messages.push(this.#counts(nowMs));
    this.#greeting = [];
    this.#news = [];
    this.#steps = [];
    this.#droppedCount = 0;
    this.#isTreeDue = false;
    this.#isTickDue = false;
    this.#detailsDue.clear();
    return messages;
  }

  /** Ends it; the last viewer to go detaches the observer. */
  close(): void {
    this.#inspector.remove(this);
    this.#waker.close();
  }

  onStep(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > WAITING_STEPS_MAX) {
      this.#steps.shift();
      this.#droppedCount++;
    }
    this.#waker.wake();
  }

  onSnapshot(entry: ActorEntry): void {
    this.#detailsDue.add(entry);
    this.#waker.wake();
  }

  onCome(entry: ActorEntry): void {
    this.#tell({ entry });
  }

  onGone(entry: ActorEntry, how: GoneMessage['how']): void {
    this.#tell({ entry, how });
  }

  onTick(): void {
    this.#isTickDue = true;
    this.#waker.wake();
  }

  onFault(): void {
    this.close();
  }

  #tell(news: News): void {
    this.#news.push(news);
    if (this.#news.length > WAITING_NEWS_MAX) {
      this.#news = [];
      this.#isTreeDue = true;
    }
    this.#waker.wake();
  }

  #isShown({ memberOf, path }: ActorEntry): boolean {
    return memberOf === undefined || this.spotlight.has(path);
  }

  #hello(): HelloMessage {
    const machines: Record<string, string> = {};
    for (const { chart } of this.#inspector.table.entries()) if (chart !== undefined) machines[chart.chart.id] = chart.fingerprint;
    return { type: 'hello', version: 1, t: this.#inspector.wall(), machines, spotlight: [...this.spotlight] };
  }

  #tree(): TreeMessage {
    const entries = [...this.#inspector.tree()];
    for (const path of this.spotlight) {
      const entry = this.#inspector.table.at(path);
      if (entry?.memberOf !== undefined) entries.push(entry);
    }
    return { type: 'tree', actors: entries.map(inspectedActor) };
  }

  #counts(nowMs: number): CountsMessage {
    const { table } = this.#inspector;
    const changed = [...table.crowds()].filter(({ changedAt }) => changedAt > this.#countsSeenAt);
    this.#countsSeenAt = table.changeCount;
    const crowds = changed.map(({ path, total, states }) => ({ path, total, states: Object.fromEntries(states) }));
    return { type: 'counts', t: nowMs, crowds };
  }
}

/** Written when it is told: an actor that has just come has no state yet. */
function newsMessage({ entry, how }: News): InspectMessage {
  return how === undefined ? { type: 'actor', ...inspectedActor(entry) } : { type: 'gone', path: entry.path, how };
}

/** A step as viewers are told of it. */
function stepMessage({ seq, wallMs, entry, edge: index, state }: Step): StepMessage {
  const { path, chart } = entry;
  if (chart === undefined) throw new Error(`${path} has taken a step and is no machine`);
  const { event, from, to, guard } = edgeAt(chart, index);
  return {
    type: 'step',
    seq,
    t: Math.trunc(wallMs),
    path,
    edge: index,
    event,
    from,
    ...(to === undefined ? {} : { to }),
    ...(guard === undefined ? {} : { guard }),
    ...(state === undefined ? {} : { state }),
  };
}
