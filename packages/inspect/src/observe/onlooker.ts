import type { ActorEntry } from './actor-entry.ts';
import type { GoneMessage } from './inspect-message.ts';
import type { SpotlightTap } from './spotlight-tap.ts';
import type { Step } from './step-ring.ts';

/** Somebody who watches: a viewer of the page, a Stately inspector, a program. */
export interface Onlooker extends SpotlightTap {
  /** Paths of the actors whose detail is wanted. */
  readonly spotlight: ReadonlySet<string>;
  /** Whether steps are wanted; counts alone cost less. */
  readonly wantsSteps: boolean;
  /** A step of the agent, discovery, a pool … or of an actor in its spotlight. */
  onStep?(step: Step): void;
  /** An actor of the tree, or in its spotlight, has come. */
  onCome?(entry: ActorEntry): void;
  onGone?(entry: ActorEntry, how: GoneMessage['how']): void;
  /** A quarter of a second has passed. */
  onTick?(): void;
  /** The inspector has broken and tells nothing more. */
  onFault?(): void;
}
