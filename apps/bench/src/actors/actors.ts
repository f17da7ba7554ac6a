import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
export const actorsBenchmark: Benchmark = benchmark({ name: 'actors', summary: '', settings: {}, run: () => Promise.resolve([]) });
