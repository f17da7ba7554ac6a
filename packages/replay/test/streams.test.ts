import assert from 'node:assert/strict';
import test from 'node:test';
import { failed } from '@limpet/model';
import { apiPod } from '../../discovery/test/kubernetes-objects.ts';
import { ScriptedKubernetes, ScriptedKubernetesClients } from '../../discovery/test/scripted-kubernetes.ts';
import { differenceText, replayExact } from '../src/index.ts';
import type { InputLine } from '../src/log/log-line.ts';
import type { MemoryRecording } from './memory-recording.ts';
import { RecordedSimulation } from './recorded-simulation.ts';

const CONFIG = `
global: {scrape_interval: 10s}
scrape_configs:
- job_name: pods
  kubernetes_sd_configs: [{role: pod}]
`;

const podAt = (name: string, ip: string): ReturnType<typeof apiPod> => apiPod(name, { ip, ports: { web: 9100 } });

/** An agent that watches a cluster in which pods come and go; its watches are ended, cut and expire. */
async function watchingRun(): Promise<RecordedSimulation> {
  const server = new ScriptedKubernetes();
  const clients = new ScriptedKubernetesClients(server);
  server.put('pods', podAt('a', 't1'));
  const run = new RecordedSimulation({ jobs: {} }, {}, (options) => ({
    ...options,
    ports: {
      ...options.ports,
      clusterAddress: async () => ({ host: '10.96.0.1', port: '443' }),
      openHttpClient: async (config, use) => {
        if (use.kind !== 'discovery') return (await options.ports?.openHttpClient?.(config, use)) ?? failed(new Error('no client'));
        const opened = await clients.open(config);
        return opened.ok ? opened : failed(new Error(opened.error.message));
      },
    },
  }));
  run.simulation.text = CONFIG;
  await run.start();
  await run.pass(20_000);
  server.put('pods', podAt('b', 't2'));
  await run.pass(20_000);
  clients.cut();
  await run.pass(5_000);
  server.delete('pods', 'a', 'shop');
  server.bookmark();
  await run.pass(20_000);
  server.forgetHistory();
  server.closeWatches();
  await run.pass(20_000);
  return run;
}

function inputs(recording: MemoryRecording, key: RegExp): readonly InputLine[] {
  return recording.log.map((line) => JSON.parse(line) as InputLine).filter((line) => key.test(line.key));
}

test('I18 C-150 what a watch of Kubernetes tells comes in piece by piece, and the run replays to the bit', async () => {
  const run = await watchingRun();
  const recording = await run.close();
  for (const host of ['t1', 't2']) assert.ok(inputs(recording, new RegExp(`^scrape:pods http://${host}:`)).length > 0, host);
  assert.equal(inputs(recording, /^cluster address#/).length, 1);
  assert.ok(inputs(recording, /^piece of stream discovery https:\/\/10\.96\.0\.1:443\//).length >= 3);
  assert.ok(inputs(recording, /^head of stream /).length >= 3);
  assert.equal(inputs(recording, /^discovery https:.*\/pods\?limit=/).length, 2, 'lists are answers');
  const { difference } = await replayExact({ source: recording.source });
  assert.equal(difference === undefined ? '' : differenceText(difference), '');
});
