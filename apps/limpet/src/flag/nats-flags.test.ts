import assert from 'node:assert/strict';
import test from 'node:test';
import { natsOptions, withoutPasswords } from './nats-flags.ts';

function optionsOf(flags: Readonly<Record<string, string>>) {
  return natsOptions({
    text: (name) => flags[name] ?? { 'nats.prefix': 'limpet' }[name] ?? '',
    isOn: (name) => flags[name] === 'true',
    refuse: (message) => {
      throw new Error(message);
    },
  });
}

test('nothing is published unless a server is named', () => {
  assert.equal(optionsOf({ 'nats.batches': 'true' }), undefined);
  assert.deepEqual(optionsOf({ 'nats.url': 'nats://a:4222,b:4222', 'nats.batches': 'true', 'nats.credentials.file': 'u.creds' }), {
    servers: ['nats://a:4222', 'b:4222'],
    prefix: 'limpet',
    withBatches: true,
    takesRequests: false,
    credentialsFile: 'u.creds',
  });
});

test('what is no server, or no token of a subject, is refused', () => {
  for (const url of ['http://a', 'nats://', 'nats://a:4222/stream', 'nats://a:99999']) {
    assert.throws(() => optionsOf({ 'nats.url': url }), /--nats\.url must be/, url);
  }
  for (const prefix of ['a.b', 'a b', '>', '']) assert.throws(() => optionsOf({ 'nats.url': 'a', 'nats.prefix': prefix }), /not one token/);
});

test('a URL is shown without what stands before its host', () => {
  assert.equal(withoutPasswords('nats://me:secret@a:4222,tls://token@b:4222,c'), 'nats://<secret>@a:4222,tls://<secret>@b:4222,c');
});
