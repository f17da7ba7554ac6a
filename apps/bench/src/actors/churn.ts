import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
export const churnBenchmark: Benchmark = benchmark({ name: 'churn', summary: '', settings: {}, run: () => Promise.resolve([]) });
