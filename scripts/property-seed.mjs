// Loaded before the tests: properties draw the same cases on every machine, so that a gate does not depend on luck.
//   FC_SEED=random node scripts/unit.mjs …   explores; fast-check prints the seed of what it finds
//   FC_SEED=123 node scripts/unit.mjs …      repeats
import fc from 'fast-check';

const SEED = 20_261_125;
const chosen = process.env.FC_SEED ?? String(SEED);
if (chosen !== 'random') fc.configureGlobal({ seed: Number(chosen) });
