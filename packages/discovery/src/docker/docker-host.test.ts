import assert from 'node:assert/strict';
import test from 'node:test';
import { negotiatedVersion } from './api-version.ts';
import { dockerHost } from './docker-host.ts';
import { filterQuery } from './docker-refresher.ts';

for (const { host, baseUrl, socketPath = '', usesClientBlock = false } of [
  { host: 'unix:///var/run/docker.sock', baseUrl: 'http://localhost', socketPath: '/var/run/docker.sock' },
  { host: 'tcp://10.0.0.1:2375', baseUrl: 'http://10.0.0.1:2375' },
  { host: 'http://docker.test:2375/', baseUrl: 'http://docker.test:2375', usesClientBlock: true },
  { host: 'https://docker.test/prefix', baseUrl: 'https://docker.test/prefix', usesClientBlock: true },
]) {
  test(`C-160 the host ${host} is reached over ${socketPath === '' ? baseUrl : socketPath}`, () => {
    assert.deepEqual(dockerHost(host), { ok: true, value: { baseUrl, socketPath, usesClientBlock } });
  });
}

for (const host of ['docker.test:2375', 'npipe:////./pipe/docker_engine', 'unix://', 'ssh://user:hunter2@docker.test']) {
  test(`C-160 the host ${host.replace('hunter2', '…')} is one that nobody can reach, and its password is not told`, () => {
    const found = dockerHost(host);
    assert.ok(!found.ok);
    assert.match(found.error.message, /^unable to parse docker host ".*": it starts with unix, tcp, http or https$/);
    assert.doesNotMatch(found.error.message, /hunter2/);
  });
}

test('C-160 the version of the API is that of the daemon, none newer than is known and an old one where it does not say', () => {
  const said = ['1.47', '1.51', '1.52', '1.100', '2.0', '1.9', '', 'v1.47', '1.47/../x'];
  assert.deepEqual(said.map(negotiatedVersion), ['1.47', '1.51', '1.51', '1.51', '1.51', '1.9', '1.24', '1.24', '1.24']);
});

test('C-160 filters are one query, values of one name together', () => {
  const filters = [
    { name: 'label', values: ['a=b', 'c'] },
    { name: 'status', values: ['running'] },
    { name: 'label', values: ['d'] },
    { name: 'network', values: [] },
  ];
  const asked = decodeURIComponent(filterQuery(filters).replace('?filters=', ''));
  assert.deepEqual(JSON.parse(asked), { label: { 'a=b': true, c: true, d: true }, status: { running: true } });
  assert.equal(filterQuery([{ name: 'label', values: [] }]), '');
});
