import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import type { MetricDefinition } from '@limpet/model';
import { assertGolden, redrawCommand, repositoryPath } from './golden-file.ts';

/** Every definition in the `metrics.ts` files of a package, by name. */
async function definitionsByPackage(): Promise<ReadonlyMap<string, ReadonlyMap<string, MetricDefinition>>> {
  const packages = new Map<string, Map<string, MetricDefinition>>();
  for (const file of globSync('packages/*/src/**/metrics.ts', { cwd: repositoryPath('') }).sort()) {
    const owner = file.split('/')[1] ?? '';
    const definitions = packages.get(owner) ?? new Map<string, MetricDefinition>();
    packages.set(owner, definitions);
    const module: unknown = await import(pathToFileURL(repositoryPath(file)).href);
    collect(module, definitions);
  }
  return packages;
}

/** Walks lists and tables of definitions. */
function collect(value: unknown, definitions: Map<string, MetricDefinition>): void {
  if (typeof value !== 'object' || value === null) return;
  if (isDefinition(value)) definitions.set(value.name, value);
  else for (const inner of Object.values(value)) collect(inner, definitions);
}

function isDefinition(value: object): value is MetricDefinition {
  return 'name' in value && 'help' in value && 'type' in value && 'labels' in value;
}

function section(owner: string, definitions: ReadonlyMap<string, MetricDefinition>): string {
  const rows = [...definitions.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labels, help }) => {
      const cells = [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), help.replaceAll('|', '\\|')];
      return `| ${cells.join(' | ')} |`;
    });
  return `## ${owner}\n\n| Metric | Type | Labels | Help |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

test('the list of self-metrics in the documents is that of the packages', async () => {
  const packages = await definitionsByPackage();
  const note = `Written from the packages; do not edit. \`${redrawCommand('apps/limpet/test/metrics.test.ts')}\` writes it anew.`;
  const about =
    "What Limpet tells about itself at `/metrics`. Names that start with `prometheus_` mean what they mean in Prometheus, so its dashboards and alerts work; Limpet's own start with `limpet_`.";
  const sections = [...packages].map(([owner, definitions]) => section(owner, definitions));
  assertGolden('docs/metrics.md', ['# Metrics', about, `> ${note}`, ...sections].join('\n\n').replaceAll(/\n{3,}/g, '\n\n'));
});

test('a metric belongs to one package, has a name of ours or of Prometheus, and a help', async () => {
  const owners = new Map<string, string>();
  for (const [owner, definitions] of await definitionsByPackage()) {
    assert(definitions.size > 0, `${owner} defines no metric`);
    for (const { name, help, type } of definitions.values()) {
      assert.equal(owners.get(name), undefined, `${name} is defined twice`);
      owners.set(name, owner);
      assert.match(name, /^(?:prometheus|limpet)_[a-z0-9_]+$/);
      assert.match(help, /^[A-Z].*\.$/, name);
      if (type === 'counter') assert.match(name, /_total$/);
    }
  }
});

/** Rows of the specification that Limpet leaves out, with the reason; all of them are optional there. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['prometheus_target_scrape_pool_symboltable_items', 'label strings are not interned'],
]);

interface SpecifiedMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** The tables of self-metrics in docs/spec/scrape.md: scraping (S-172) and discovery (D-040). */
function specifiedMetrics(): SpecifiedMetric[] {
  const rows = readFileSync(repositoryPath('docs/spec/scrape.md'), 'utf8').match(/^\| prometheus_[^\n]*/gm) ?? [];
  return rows.flatMap((row) => {
    const [names = '', type = '', labels = ''] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    if (labels.includes('optional') || row.includes('optional in Limpet')) return [];
    const words = labels.replaceAll(/\([^)]*\)/g, '').split(',');
    const labelNames = words.map((word) => word.trim().replace(/=.*/, '')).filter((word) => word !== '' && word !== '—');
    return namesOf(names).map((name) => ({ name, type: type.replace(/^native /, '').split(' ')[0] ?? '', labels: labelNames }));
  });
}

/** `a_b_total / _c_total` are `a_b_total` and, with the same number of words taken off, `a_c_total`. */
function namesOf(cell: string): string[] {
  const [first = '', ...suffixes] = cell.split(/ \/ |, /).map((name) => name.trim());
  return [first, ...suffixes.map((suffix) => (suffix.startsWith('_') ? `${stemOf(first, suffix)}${suffix}` : suffix))];
}

function stemOf(name: string, suffix: string): string {
  const isTotal = suffix.endsWith('_total');
  const words = name.split('_');
  const count = isTotal ? 2 : 1;
  const stem = words.slice(0, -count).join('_');
  return suffix.startsWith('_failed') ? words.slice(0, -1).join('_') : stem;
}

test('S-191 S-172 D-040 every metric of the specification has its upstream name, type and labels', async () => {
  const defined = new Map([...(await definitionsByPackage()).values()].flatMap((definitions) => [...definitions]));
  const specified = specifiedMetrics();
  assert.ok(specified.length > 45, `${specified.length} metrics read`);
  const wrong = specified.flatMap(({ name, type, labels }) => {
    const definition = defined.get(name);
    if (definition === undefined) return LEFT_OUT.has(name) ? [] : [`${name} is missing`];
    const actual = `${definition.type}{${definition.labels.toSorted().join()}}`;
    const expected = `${type}{${labels.toSorted().join()}}`;
    return actual === expected ? [] : [`${name} is ${actual}, not ${expected}`];
  });
  assert.deepEqual(wrong, []);
});
