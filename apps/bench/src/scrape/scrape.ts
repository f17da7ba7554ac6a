import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
export const scrapeBenchmark: Benchmark = benchmark({ name: 'scrape', summary: '', settings: {}, run: () => Promise.resolve([]) });
