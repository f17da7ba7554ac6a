import type { Stage } from './stage.ts';

const FNV_PRIME = 16777619;
const NEWLINE = 10;

/**
 * The yardstick: reads every byte of a body once and looks up each line's text in a map. Plain JavaScript that does not
 * change with the project, of the same kind as what it is compared with.
 */
export function referenceStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  const latin1 = new TextDecoder('latin1');
  const known = new Map<string, number>();
  let found = 0;
  return {
    name: 'reference loop',
    sampleCount,
    run(round) {
      const body = bodies[round % bodies.length] ?? new Uint8Array();
      let hash = 0;
      for (let at = 0, start = 0; at < body.length; at++) {
        const byte = body[at] ?? 0;
        if (byte !== NEWLINE) {
          hash = Math.imul(hash ^ byte, FNV_PRIME);
          continue;
        }
        const line = latin1.decode(body.subarray(start, at));
        if (known.get(line) === undefined) known.set(line, hash);
        else found++;
        start = at + 1;
      }
      if (found < 0) throw new Error('unreachable, but the loop must not be optimised away');
    },
  };
}
