import { AppendRig } from './append-rig.ts';
import type { Stage } from './stage.ts';

/**
 * The append port on one target, parsing included. `known` series are what an ordinary scrape finds; with `new` ones
 * every scrape is the first of its target, labels and registry included.
 */
export function appendStage(
  series: 'known' | 'new',
  path: 'template' | 'reference',
  bodies: readonly Uint8Array[],
  sampleCount: number,
): Stage {
  const rig = new AppendRig({ path });
  return {
    name: `append port, ${series} series, by ${path}`,
    sampleCount,
    run(round) {
      rig.tick();
      if (series === 'new') rig.forget();
      rig.append(bodies[round % bodies.length] ?? new Uint8Array());
      if (rig.batchCount < sampleCount) throw new Error(`append: ${rig.batchCount} samples`);
    },
  };
}

/** As known series by the template, where one line in twenty is another one at each scrape. */
export function churnStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  const rig = new AppendRig({ path: 'template' });
  const changed = bodies.map(withChurn);
  return {
    name: 'append port, 5 % of series new, by template',
    sampleCount,
    run(round) {
      rig.tick();
      rig.append(changed[round % changed.length] ?? new Uint8Array());
      rig.registry.reclaim(Infinity);
    },
  };
}

/** Marks one sample in twenty with the number of its body. */
function withChurn(body: Uint8Array, round: number): Uint8Array {
  let samples = 0;
  const lines = new TextDecoder().decode(body).split('\n');
  const marked = lines.map((line) => (line.startsWith('#') || samples++ % 20 !== 0 ? line : line.replace('{', `{round="${round}",`)));
  return new TextEncoder().encode(marked.join('\n'));
}
