import type { Table } from './table.ts';

/** Flags of a benchmark with their defaults; `intervalMs` is given as `--interval-ms=1000`. */
export type Settings = Readonly<Record<string, number | boolean>>;

/** One benchmark, as the command line knows it. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  readonly settings: Settings;
  /** Runs with these settings, all of them present; `note` tells a person who waits what is going on. */
  run(settings: Settings, note: (text: string) => void): Promise<readonly Table[]>;
}

interface BenchmarkSpec<S extends Settings> {
  readonly name: string;
  readonly summary: string;
  readonly settings: S;
  run(settings: Widened<S>, note: (text: string) => void): Promise<readonly Table[]>;
}

type Widened<S extends Settings> = { readonly [K in keyof S]: S[K] extends number ? number : boolean };

/** A benchmark whose `run` sees its own settings by name. */
export function benchmark<S extends Settings>(spec: BenchmarkSpec<S>): Benchmark {
  return { ...spec, run: (settings, note) => spec.run(settings as Widened<S>, note) };
}
