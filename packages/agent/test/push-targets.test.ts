import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { settled } from '@limpet/driver';
import { labelValue } from '@limpet/model';
import { configText } from '../src/config-source.ts';
import { createAgent } from '../src/create-agent.ts';
import { ScriptedFiles } from './simulation/scripted-files.ts';
import { ScriptedWeb } from './simulation/scripted-web.ts';

const CONFIG = `
global: { scrape_interval: 5s, scrape_timeout: 2s }
scrape_configs:
  - job_name: pushed
    push_sd_configs: [{ name: services, max_ttl: 2m }]
    relabel_configs:
      - { source_labels: [__meta_push_source], target_label: registered_by }
      - { source_labels: [team], regex: test, action: drop }
`;

async function running() {
  const clock = new VirtualClock();
  const agent = createAgent({
    config: configText(CONFIG, { file: 'limpet.yml' }),
    hostName: 'box',
    seed: 1,
    reloadIntervalMs: 1_000,
    ports: { clock, openHttpClient: new ScriptedWeb(clock).open, files: new ScriptedFiles() },
  });
  await agent.start();
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      await settled();
    }
  };
  const register = (source: string, groups: string, ttlMs = 60_000) => agent.registerTargets({ name: 'services', source, groups, ttlMs });
  const targets = () =>
    agent.targets().active.map(({ labels, health }) => [labelValue(labels, 'instance'), labelValue(labels, 'registered_by'), health]);
  return { agent, pass, register, targets };
}

test('targets that register are relabelled and scraped like any other, until their time is over', async () => {
  const { agent, pass, register, targets } = await running();
  assert.deepEqual(register('web-1', '[{"targets":["t1:9100"]},{"targets":["t2:9100"],"labels":{"team":"test"}}]'), { ok: true });
  await pass(15_000);
  assert.deepEqual(targets(), [['t1:9100', 'web-1', 'up']]);
  register('web-1', '[{"targets":["t1:9100"]}]');
  await pass(50_000);
  assert.equal(targets().length, 1, 'it was renewed');
  await pass(20_000);
  assert.deepEqual(targets(), [], 'nobody has renewed it');
  assert.deepEqual(register('web-2', '[{"targets":["t3:9100"]}]'), { ok: true });
  await pass(12_000);
  assert.equal(agent.withdrawTargets({ name: 'services', source: 'web-2' }).ok, true);
  await pass(12_000);
  assert.deepEqual(targets(), []);
  await agent.stop();
});

test('what cannot be registered is refused with its reason, and changes nothing', async () => {
  const { agent, pass, register, targets } = await running();
  const reasonOf = (result: ReturnType<typeof register>) => (result.ok ? 'ok' : result.reason);
  assert.deepEqual(
    [
      reasonOf(agent.registerTargets({ name: 'other', source: 'a', groups: '[]', ttlMs: 60_000 })),
      reasonOf(agent.withdrawTargets({ name: 'other', source: 'a' })),
      reasonOf(agent.withdrawTargets({ name: 'services', source: 'a' })),
      reasonOf(register('a b', '[]')),
      reasonOf(register('', '[]')),
      reasonOf(register('a', '[]', 999)),
      reasonOf(register('a', '[]', 120_001)),
      reasonOf(register('a', '[]', Number.NaN)),
      reasonOf(register('a', '{"targets":[]}')),
      reasonOf(register('a', '[{"target":["t1:9100"]}]')),
    ],
    ['unknown', 'unknown', 'unknown', ...Array.from({ length: 7 }, () => 'invalid')],
  );
  await pass(5_000);
  assert.deepEqual(targets(), []);
  await agent.stop();
});
