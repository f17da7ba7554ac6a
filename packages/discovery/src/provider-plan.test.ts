import assert from 'node:assert/strict';
import test from 'node:test';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { HttpDiscoveryConfig } from '@limpet/config';
import { Secret } from '@limpet/model';
import fc from 'fast-check';
import { fileSection, httpSection, staticSection } from '../test/sections.ts';
import { diffProviders } from './provider-plan.ts';
import type { ProviderPlan, RunningProviders } from './provider-plan.ts';

const NOTHING: RunningProviders = { providers: [], createdCount: 0 };

function after(plan: ProviderPlan): RunningProviders {
  return { providers: [...plan.keep, ...plan.start], createdCount: plan.createdCount };
}

function withPassword(password: string): HttpDiscoveryConfig {
  const authentication = {
    kind: 'basic',
    username: { from: 'value', value: 'me' },
    password: { from: 'value', value: new Secret(password) },
  } as const;
  return { ...httpSection('http://sd.test/'), httpClient: { ...HTTP_CLIENT_DEFAULTS, authentication } };
}

test('D-006 D-020 new sections become providers named by mechanism and number, equal ones become one', () => {
  const wanted = new Map([
    ['a', [fileSection('/a.yml'), staticSection(['a:1'])]],
    ['b', [staticSection(['a:1']), staticSection(['b:1'])]],
  ]);
  const plan = diffProviders(NOTHING, wanted);
  assert.deepEqual(
    plan.start.map(({ name, jobs }) => [name, jobs]),
    [
      ['file/0', ['a']],
      ['static/1', ['a', 'b']],
      ['static/2', ['b']],
    ],
  );
  assert.deepEqual([plan.keep, plan.stop, plan.createdCount], [[], [], 3]);
});

test('D-021 D-022 what is still asked for is kept, what is not is stopped', () => {
  const before = diffProviders(NOTHING, new Map([['a', [staticSection(['a:1']), staticSection(['a:2'])]]]));
  const plan = diffProviders(after(before), new Map([['b', [staticSection(['a:2']), staticSection(['b:1'])]]]));
  assert.deepEqual(
    [plan.keep, plan.start].map((providers) => providers.map(({ name, jobs }) => [name, jobs])),
    [[['static/1', ['b']]], [['static/2', ['b']]]],
  );
  assert.deepEqual(plan.stop, ['static/0']);
});

test('C-100 secrets take part in equality', () => {
  const before = diffProviders(NOTHING, new Map([['a', [withPassword('one')]]]));
  assert.equal(diffProviders(after(before), new Map([['a', [withPassword('one')]]])).keep.length, 1);
  const plan = diffProviders(after(before), new Map([['a', [withPassword('two')]]]));
  assert.deepEqual([plan.keep.length, plan.start.length, plan.stop], [0, 1, ['http/0']]);
});

test('C-100 the order of keys does not matter to equality, the order of lists does', () => {
  const { mechanism, url, refreshIntervalMs, httpClient } = httpSection('http://sd.test/');
  const turned: HttpDiscoveryConfig = { httpClient, refreshIntervalMs, url, mechanism };
  assert.equal(diffProviders(NOTHING, new Map([['a', [httpSection('http://sd.test/'), turned]]])).start.length, 1);
  assert.equal(
    diffProviders(NOTHING, new Map([['a', [fileSection('/a.yml', '/b.yml'), fileSection('/b.yml', '/a.yml')]]])).start.length,
    2,
  );
});

const sections = fc.array(
  fc.integer({ min: 0, max: 5 }).map((n) => staticSection([`t:${n}`])),
  { maxLength: 4 },
);
const configs = fc.dictionary(fc.constantFrom('a', 'b', 'c'), sections, { maxKeys: 3 }).map((jobs) => new Map(Object.entries(jobs)));

test('D-020 D-021 after any number of plans exactly the wanted providers run, each name once ever', () => {
  fc.assert(
    fc.property(fc.array(configs, { minLength: 1, maxLength: 6 }), (revisions) => {
      let running = NOTHING;
      const everStarted = new Set<string>();
      for (const wanted of revisions) {
        const plan = diffProviders(running, wanted);
        for (const { name } of plan.start) {
          assert.ok(!everStarted.has(name), name);
          everStarted.add(name);
        }
        assert.deepEqual([...plan.keep.map(({ name }) => name), ...plan.stop].sort(), running.providers.map(({ name }) => name).sort());
        running = after(plan);
        const expected = [...wanted].flatMap(([job, list]) =>
          [...new Set((list.length === 0 ? [undefined] : list).map((section) => section?.groups[0]?.targets[0]?.[0]?.[1] ?? ''))].map(
            (target) => `${job} ${target}`,
          ),
        );
        const actual = running.providers.flatMap(({ config, jobs }) =>
          jobs.map((job) => `${job} ${config.mechanism === 'static' ? (config.groups[0]?.targets[0]?.[0]?.[1] ?? '') : '?'}`),
        );
        assert.deepEqual(actual.sort(), expected.sort());
      }
    }),
    { numRuns: 200 },
  );
});
