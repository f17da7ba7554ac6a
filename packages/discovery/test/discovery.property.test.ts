import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseTargetGroups } from '@limpet/config';
import type { ServiceDiscoveryConfig } from '@limpet/config';
import { labelValue } from '@limpet/model';
import { dnsGroup } from '../src/dns/dns-group.ts';
import { groupText } from './group-text.ts';
import type { ScriptedAnswer } from './scripted-http.ts';
import { srvRecords } from './scripted-dns.ts';
import type { ScriptedReply } from './scripted-dns.ts';
import { dnsSection, fileSection, httpSection, staticSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';
import type { Heard } from './world.ts';

const SECTIONS = {
  staticOne: staticSection(['s:1'], ['s:2']),
  staticTwo: staticSection(['t:1']),
  staticNone: staticSection([]),
  fileA: fileSection('/sd/a.json'),
  fileAll: fileSection('/sd/*.json'),
  dns: { ...dnsSection('sd.test'), refreshIntervalMs: 3_000 },
  httpQuick: httpSection('http://sd.test/quick', 2_000),
  httpSlow: httpSection('http://sd.test/slow', 30_000),
} as const satisfies Record<string, ServiceDiscoveryConfig>;
type SectionName = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as SectionName[];

type Jobs = Readonly<Record<string, readonly SectionName[]>>;
type Operation =
  | { readonly do: 'apply'; readonly jobs: Jobs }
  | { readonly do: 'write'; readonly path: string; readonly text: string | undefined | null }
  | { readonly do: 'serve'; readonly url: string; readonly answer: ScriptedAnswer }
  | { readonly do: 'resolve'; readonly reply: ScriptedReply }
  | { readonly do: 'pass'; readonly ms: number };

const addresses = fc.array(
  fc.array(
    fc.integer({ min: 1, max: 5 }).map((n) => `x:${n}`),
    { maxLength: 2 },
  ),
  { maxLength: 3 },
);
const jobs: fc.Arbitrary<Jobs> = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }), {
  maxKeys: 3,
});
const answer: fc.Arbitrary<ScriptedAnswer> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text: addresses.map(groupText), delayMs: fc.constantFrom(0, 10, 900, 5_000) }) },
  { weight: 1, arbitrary: fc.constantFrom<ScriptedAnswer>({ status: 500 }, { error: 'refused' }, { hangs: true }) },
);
const reply: fc.Arbitrary<ScriptedReply> = fc.oneof(
  { weight: 3, arbitrary: addresses.map((groups) => srvRecords(...groups.flat())) },
  { weight: 2, arbitrary: fc.constantFrom<ScriptedReply>('noSuchName', 'failed', 'silent') },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('apply' as const), jobs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      path: fc.constantFrom('/sd/a.json', '/sd/b.json'),
      // a text, half a text, a file that cannot be read, or none at all
      text: fc.oneof({ weight: 4, arbitrary: addresses.map(groupText) }, fc.constantFrom('[{"tar', undefined, null)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('serve' as const),
      url: fc.constantFrom('http://sd.test/quick', 'http://sd.test/slow'),
      answer,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resolve' as const), reply }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ max: 300, min: 0 }), fc.constantFrom(1_000, 8_000, 40_000)),
    }),
  },
);

/**
 * What a snapshot must hold, kept beside the machines and computed from the world alone: the configuration applied
 * last, the files as they were when they could last be read, and the answers that arrived.
 */
class Model {
  readonly #world: World;
  #jobs: Jobs = {};
  /** Last usable text of each file, for each file section that is in use. */
  readonly #files = new Map<SectionName, Map<string, string>>();

  constructor(world: World) {
    this.#world = world;
  }

  apply(next: Jobs): void {
    this.#jobs = next;
    const inUse = new Set(Object.values(next).flat());
    for (const name of this.#files.keys()) if (!inUse.has(name)) this.#files.delete(name);
    if (!inUse.has('dns')) this.#world.dns.arrived.clear();
    for (const name of ['fileA', 'fileAll'] as const) {
      if (!inUse.has(name) || this.#files.has(name)) continue;
      this.#files.set(name, new Map());
      this.look(name);
    }
  }

  /** The files have changed and everybody looks. */
  lookAll(): void {
    for (const name of this.#files.keys()) this.look(name);
  }

  look(name: SectionName): void {
    const seen = this.#files.get(name) ?? new Map<string, string>();
    const { texts } = this.#world.files;
    for (const path of seen.keys()) if (!texts.has(path)) seen.delete(path);
    for (const [path, text] of texts) {
      if ((name === 'fileA' && path !== '/sd/a.json') || text === undefined) continue;
      if (parseTargetGroups({ file: path, text, format: 'json' }).ok) seen.set(path, text);
    }
  }

  expected(): Record<string, readonly string[]> {
    return Object.fromEntries(
      Object.entries(this.#jobs).map(([job, names]) => [job, [...new Set(names)].flatMap((name) => this.#addresses(name)).sort()]),
    );
  }

  #addresses(name: SectionName): readonly string[] {
    const section = SECTIONS[name];
    if (section.mechanism === 'static') return section.groups.flatMap(({ targets }) => targets.map(([label]) => label?.[1] ?? ''));
    if (section.mechanism === 'dns') {
      const { targets } = dnsGroup('sd.test', this.#world.dns.arrived.get('sd.test.') ?? [], 0);
      return targets.map((target) => labelValue(target, '__address__'));
    }
    const texts =
      section.mechanism === 'http' ? [this.#world.http.arrived.get(section.url) ?? '[]'] : [...(this.#files.get(name)?.values() ?? [])];
    return texts.flatMap((text) => (JSON.parse(text) as { targets: string[] }[]).flatMap(({ targets }) => targets));
  }
}

interface Trace {
  readonly lines: readonly string[];
}

async function run(operations: readonly Operation[], seed: number): Promise<Trace> {
  const world = new World({ seed });
  const model = new Model(world);
  const lines: string[] = [];
  let appliedRev = 0;
  let dirtySinceMs: number | undefined;
  let lastSentMs = -Infinity;
  let seenInputs = 0;

  const noteInputs = (): void => {
    for (const { kind, monoMs } of world.inputs.slice(seenInputs)) if (kind === 'push') dirtySinceMs ??= monoMs;
    seenInputs = world.inputs.length;
  };
  const check = ({ atMs, notice }: Heard): void => {
    noteInputs();
    lines.push(`${atMs} ${JSON.stringify(notice)}`);
    if (notice.type === 'configApplied') {
      assert.equal(notice.rev, appliedRev);
      dirtySinceMs ??= atMs;
      return;
    }
    const published = addressesByJob(world.discovery.snapshots.get(notice.rev));
    lines.push(JSON.stringify(published));
    assert.deepEqual(published, model.expected());
    assert.ok(dirtySinceMs !== undefined, 'published without a change');
    const waitedMs = atMs - dirtySinceMs;
    assert.ok(waitedMs >= 50 && waitedMs <= 7_500, `waited ${waitedMs} ms`);
    if (dirtySinceMs - lastSentMs > 5_000) assert.ok(waitedMs <= 150, `waited ${waitedMs} ms after a pause`);
    lastSentMs = atMs;
    dirtySinceMs = undefined;
  };
  // An assertion that fails inside the machines would be taken for a fault of theirs: it waits until they are done.
  const broken: unknown[] = [];
  world.onNotice = (heard) => {
    try {
      check(heard);
    } catch (error) {
      broken.push(error);
    }
  };

  for (const step of operations) {
    if (step.do === 'pass') await world.pass(step.ms);
    if (step.do === 'serve') world.http.answers.set(step.url, step.answer);
    if (step.do === 'resolve') world.dns.replies.set('sd.test.', step.reply);
    if (step.do === 'apply') {
      appliedRev = world.configs.size + 1;
      model.apply(step.jobs);
      world.apply(Object.fromEntries(Object.entries(step.jobs).map(([job, names]) => [job, names.map((name) => SECTIONS[name])])));
    }
    if (step.do === 'write') {
      if (step.text === null) world.files.texts.delete(step.path);
      else world.files.texts.set(step.path, step.text);
      model.lookAll();
      world.files.touch();
    }
    await world.pass(0);
    if (broken.length > 0) throw broken[0];
  }

  await world.pass(120_000); // quiet: refreshes go on finding the same
  noteInputs();
  if (broken.length > 0) throw broken[0];
  assert.equal(dirtySinceMs, undefined, 'a change was not published');
  if (appliedRev > 0) assert.deepEqual(addressesByJob(world.published), model.expected());

  world.send({ type: 'stop' });
  const heardBefore = world.heard.length;
  await world.pass(600_000);
  assert.equal(world.heard.length, heardBefore);
  assert.deepEqual(
    [
      world.clock.pendingCount,
      world.files.watcherCount,
      world.http.openCount,
      world.dns.openCount,
      world.running,
      world.discovery.table.stagedCount,
      world.faults,
    ],
    [0, 0, 0, 0, [], 0, []],
  );
  return { lines };
}

test('D-003 D-005 D-010 D-021 D-022 I9 I15 I17 whatever happens, each snapshot is what the configuration and the world imply', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 3, maxLength: 25 }), fc.nat(), async (operations, seed) => {
      await run(operations, seed);
    }),
    { numRuns: 400 },
  );
});

test('I18 the same inputs lead to the same notices and snapshots', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 15 }), fc.nat(), async (operations, seed) => {
      assert.deepEqual(await run(operations, seed), await run(operations, seed));
    }),
    { numRuns: 15 },
  );
});
