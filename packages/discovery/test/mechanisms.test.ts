import { parseTargetGroups } from '@limpet/config';
import { groupText } from './group-text.ts';
import { apiIngress } from './kubernetes-objects.ts';
import { runProviderContract } from './provider-contract.ts';
import { instanceAt, ScriptedConsul } from './scripted-consul.ts';
import { ScriptedDns, srvRecords } from './scripted-dns.ts';
import { containerAt, showContainers } from './scripted-docker.ts';
import { ScriptedFiles } from './scripted-files.ts';
import { ScriptedHttp } from './scripted-http.ts';
import { ScriptedKubernetes, ScriptedKubernetesClients } from './scripted-kubernetes.ts';
import { PushBoard } from '../src/push/push-board.ts';
import { consulSection, dnsSection, dockerSection, fileSection, group, httpSection, kubernetesSection, staticSection } from './sections.ts';

const URL = 'http://sd.test/targets';

runProviderContract({
  name: 'static',
  neverChanges: 'static groups are part of the configuration',
  makeProvider(clock, initial) {
    return {
      config: staticSection(...initial),
      ports: { files: new ScriptedFiles(), openHttpClient: new ScriptedHttp(clock).open, dns: new ScriptedDns(clock), parseTargetGroups },
      show() {},
      fail() {},
      noticeMs: 0,
      openCount: () => 0,
    };
  },
});

runProviderContract({
  name: 'file',
  makeProvider(clock, initial) {
    const files = new ScriptedFiles();
    files.texts.set('/sd/a.json', groupText(initial));
    const write = (text: string): void => {
      files.texts.set('/sd/a.json', text);
      files.touch();
    };
    return {
      config: fileSection('/sd/*.json'),
      ports: { files, openHttpClient: new ScriptedHttp(clock).open, dns: new ScriptedDns(clock), parseTargetGroups },
      show: (world) => write(groupText(world)),
      fail: () => write('[{"targets": ["half wri'),
      noticeMs: 0,
      openCount: () => files.watcherCount,
    };
  },
});

runProviderContract({
  name: 'http',
  makeProvider(clock, initial) {
    const http = new ScriptedHttp(clock);
    http.answers.set(URL, { text: groupText(initial), delayMs: 20 });
    return {
      config: httpSection(URL),
      ports: { files: new ScriptedFiles(), openHttpClient: http.open, dns: new ScriptedDns(clock), parseTargetGroups },
      show: (world) => http.answers.set(URL, { text: groupText(world), delayMs: 20 }),
      fail: () => http.answers.set(URL, { status: 500 }),
      noticeMs: 60_050,
      openCount: () => http.openCount,
    };
  },
});

runProviderContract({
  name: 'dns',
  makeProvider(clock, initial) {
    const dns = new ScriptedDns(clock);
    const names = ['a', 'b', 'c'].map((letter) => `_${letter}._tcp.sd.test`);
    const show = (world: typeof initial): void => {
      dns.isDown = false;
      for (const [index, name] of names.entries()) dns.replies.set(`${name}.`, srvRecords(...(world[index] ?? [])));
    };
    show(initial);
    return {
      config: dnsSection(...names),
      ports: { files: new ScriptedFiles(), openHttpClient: new ScriptedHttp(clock).open, dns, parseTargetGroups },
      show,
      fail: () => (dns.isDown = true),
      noticeMs: 30_050,
      openCount: () => dns.openCount,
    };
  },
});

runProviderContract({
  name: 'docker',
  oneGroup: 'a daemon is one group',
  makeProvider(clock, initial) {
    const http = new ScriptedHttp(clock);
    const url = 'http://docker.test';
    const show = (world: typeof initial): void => showContainers(http, url, world.flat().map(containerAt));
    show(initial);
    return {
      config: dockerSection('tcp://docker.test'),
      ports: { files: new ScriptedFiles(), openHttpClient: http.open, dns: new ScriptedDns(clock), parseTargetGroups },
      show,
      fail: () => http.answers.set(`${url}/v1.47/containers/json`, { status: 500 }),
      noticeMs: 60_050,
      openCount: () => http.openCount,
    };
  },
});

runProviderContract({
  name: 'consul',
  makeProvider(clock, initial) {
    const consul = new ScriptedConsul(clock);
    const show = (world: typeof initial): void =>
      consul.show(Object.fromEntries(world.map((addresses, index) => [`s${index}`, addresses.map((address) => instanceAt(address))])));
    show(initial);
    return {
      config: consulSection(),
      ports: { files: new ScriptedFiles(), openHttpClient: consul.open, dns: new ScriptedDns(clock), parseTargetGroups },
      show,
      fail: () => consul.fail(),
      noticeMs: 60_050,
      openCount: () => consul.openCount,
    };
  },
});

runProviderContract({
  name: 'kubernetes',
  makeProvider(clock, initial) {
    const server = new ScriptedKubernetes();
    const clients = new ScriptedKubernetesClients(server);
    const show = (world: typeof initial): void => {
      server.isDown = false;
      server.show(
        'ingresses',
        world.map((hosts, index) => apiIngress(`i${index}`, ...hosts)),
      );
    };
    show(initial);
    return {
      config: kubernetesSection({ role: 'ingress' }),
      ports: { files: new ScriptedFiles(), openHttpClient: clients.open, dns: new ScriptedDns(clock), parseTargetGroups },
      show,
      fail: () => {
        server.isDown = true;
        server.closeWatches();
      },
      noticeMs: 61_000,
      openCount: () => clients.openCount + server.watchCount,
    };
  },
});

runProviderContract({
  name: 'push',
  makeProvider(clock, initial) {
    const board = new PushBoard();
    const untilMono = Number.MAX_SAFE_INTEGER;
    const show = (world: typeof initial): void => {
      for (let index = 0; index < 9; index++) {
        const addresses = world[index];
        if (addresses === undefined) board.withdraw('services', `s${index}`);
        else board.register('services', `s${index}`, { groups: [group('', ...addresses)], untilMono });
      }
    };
    show(initial);
    return {
      config: { mechanism: 'push', name: 'services', maxTtlMs: 60_000 },
      ports: { files: new ScriptedFiles(), openHttpClient: new ScriptedHttp(clock).open, dns: new ScriptedDns(clock), parseTargetGroups },
      board,
      show,
      fail: () => board.forget('services'),
      noticeMs: 50,
      openCount: () => board.names().length,
    };
  },
});
