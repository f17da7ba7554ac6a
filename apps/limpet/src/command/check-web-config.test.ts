import assert from 'node:assert/strict';
import test from 'node:test';
import { capture } from '../../test/captured-run.ts';

const USER = `basic_auth_users:\n  alice: $2y$10$${'a'.repeat(53)}\n`;

test('A-097 every web configuration is checked and named, and one that fails makes the exit code 1', async (t) => {
  const files = {
    'good.yml': USER,
    'bad.yml': 'basic_auth_users:\n  alice: hunter2\n',
    'tls.yml': 'tls_server_config: {cert_file: c, key_file: k}\n',
  };
  const run = await capture(t, ['check', 'web-config', 'bad.yml', 'tls.yml', 'gone.yml', 'good.yml'], { files });
  assert.equal(run.exitCode, 1);
  assert.equal(run.out, '');
  assert.match(run.err, /^bad\.yml FAILED: \.\/bad\.yml:2:10: is not a bcrypt hash \(.*\)\n/);
  assert.match(run.err, /^tls\.yml FAILED: failed to read cert_file \(\.\/c\): /m);
  assert.match(run.err, /^gone\.yml FAILED: failed to read the web configuration \(\.\/gone\.yml\): /m);
  assert.match(run.err, /\ngood\.yml SUCCESS\n$/);
  assert.doesNotMatch(run.err, /hunter2/);
});

test('A-097 good web configurations make the exit code 0', async (t) => {
  assert.deepEqual(await capture(t, ['check', 'web-config', 'good.yml', 'empty.yml'], { files: { 'good.yml': USER, 'empty.yml': '' } }), {
    exitCode: 0,
    out: '',
    err: 'good.yml SUCCESS\nempty.yml SUCCESS\n',
  });
});
