import { createActor, createMachine } from 'xstate';
import { cpuOf } from '../process-cpu.ts';
import { median } from '../statistics.ts';

const ROUNDS = 7;
/** Transitions of each actor in a round. */
const TRANSITIONS = 4;

/**
 * Microseconds of CPU for one transition of the smallest machine there is, in as many actors as there are loops: the
 * yardstick for what machines cost on this computer.
 */
export async function bareTransitionMicros(actorCount: number): Promise<number> {
  const toggle = createMachine({ initial: 'off', states: { off: { on: { toggle: 'on' } }, on: { on: { toggle: 'off' } } } });
  const actors = Array.from({ length: actorCount }, () => createActor(toggle).start());
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { micros } = await cpuOf(() => {
      for (let pass = 0; pass < TRANSITIONS; pass++) for (const actor of actors) actor.send({ type: 'toggle' });
    });
    costs.push(micros / (TRANSITIONS * actorCount));
  }
  for (const actor of actors) actor.stop();
  return median(costs);
}
