import { parseArgs } from 'node:util';
import type { Benchmark, Settings } from './benchmark.ts';

/** What a person asked for. */
export interface Order {
  readonly runs: readonly { readonly benchmark: Benchmark; readonly settings: Settings }[];
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** Reads `[NAME…] [--json] [--flag=value…]`. No name means all of them. Throws an `Error` that says what is wrong. */
export function parseOrder(words: readonly string[], benchmarks: readonly Benchmark[]): Order {
  const flags = benchmarks.flatMap(({ settings }) => Object.entries(settings));
  const options = Object.fromEntries(
    flags.map(([name, value]) => [flagOf(name), { type: typeof value === 'boolean' ? ('boolean' as const) : ('string' as const) }]),
  );
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    allowNegative: true,
    options: { ...options, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const given = values as Readonly<Record<string, string | boolean | undefined>>;
  const names = positionals.length === 0 ? benchmarks.map(({ name }) => name) : positionals;
  const runs = names.map((name) => {
    const benchmark = benchmarks.find((one) => one.name === name);
    if (benchmark === undefined)
      throw new Error(`there is no benchmark ${name}; there are ${benchmarks.map((one) => one.name).join(', ')}`);
    return { benchmark, settings: settingsOf(benchmark, given) };
  });
  return { runs, isJson: given['json'] === true, isHelp: given['help'] === true };
}

/** What `--help` prints. */
export function helpText(benchmarks: readonly Benchmark[]): string {
  const lines = benchmarks.flatMap(({ name, summary, settings }) => [
    `  ${name.padEnd(10)}${summary}`,
    ...Object.entries(settings).map(([flag, value]) => `      --${flagOf(flag)}${typeof value === 'number' ? `=${value}` : ''}`),
  ]);
  return ['usage: bench [NAME…] [--json] [--flag=value…]', '', ...lines, ''].join('\n');
}

function settingsOf({ settings }: Benchmark, given: Readonly<Record<string, string | boolean | undefined>>): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, fallback]) => {
      const value = given[flagOf(name)];
      if (value === undefined || typeof fallback === 'boolean') return [name, value === undefined ? fallback : value === true];
      const number = Number(value);
      if (!Number.isFinite(number) || number < 0) throw new Error(`--${flagOf(name)}=${value} is no number of zero or more`);
      return [name, number];
    }),
  );
}

/** `intervalMs` → `interval-ms`. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
