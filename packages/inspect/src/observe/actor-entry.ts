import type { AnyActorRef } from 'xstate';
import type { MachineChart } from '../chart/machine-chart.ts';
import type { Crowd } from './crowd.ts';
import type { SpotlightTap } from './spotlight-tap.ts';

/** What the inspector keeps of an actor. */
export interface ActorEntry {
  readonly path: string;
  readonly ref: AnyActorRef;
  readonly parent: ActorEntry | undefined;
  /** Undefined for logic that is no machine. */
  readonly chart: MachineChart | undefined;
  /** The crowd that it is a member of. */
  readonly memberOf: Crowd | undefined;
  /** The crowd of its children, where it is a supervisor. */
  readonly crowd: Crowd | undefined;
  /** Last state seen; counted in its crowd. Empty before the first, and where there is none. */
  state: string;
  /** Who has it in the spotlight; undefined where nobody has, which is what nearly every loop is asked. */
  taps: Set<SpotlightTap> | undefined;
}
