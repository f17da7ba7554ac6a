import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '@limpet/model';
import { ACCEPTED_COUNT_MAX, basicCredentials, COMPARISONS_WAITING_MAX, PasswordCheck } from './basic-auth.ts';

const hashOf = (cost: string, letter = 'a') => `$2y$${cost}$${letter.repeat(53)}`;
const users = (entries: Readonly<Record<string, string>>) =>
  new Map(Object.entries(entries).map(([user, hash]) => [user, new Secret(hash)]));

/** A check in which a hash fits the passwords that are named for it, and that notes every comparison. */
function scripted(fitting: Readonly<Record<string, string>>) {
  const compared: string[] = [];
  const check = new PasswordCheck({
    digestKey: new Uint8Array(32),
    compare: (password, hash) => {
      compared.push(hash);
      return Promise.resolve(fitting[hash] === password);
    },
  });
  return { check, compared };
}

test('credentials are read from a header of the scheme Basic only', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.deepEqual(basicCredentials(basic('alice:pä:ss')), { user: 'alice', password: 'pä:ss' });
  assert.deepEqual(basicCredentials(basic(':').replace('Basic', 'bAsIc')), { user: '', password: '' });
  for (const header of [null, '', 'Basic', 'Basic ', 'Basic !!!', basic('alice'), `Bearer ${basic('a:b')}`, 'Basic YTpi YTpi']) {
    assert.equal(basicCredentials(header), undefined, String(header));
  }
});

test('an accepted password is compared once, a refused one every time', async () => {
  const hash = hashOf('04');
  const { check, compared } = scripted({ [hash]: 'right' });
  const known = users({ alice: hash });
  for (const _ of [1, 2, 3]) assert.equal(await check.check(known, { user: 'alice', password: 'right' }), 'accepted');
  assert.equal(compared.length, 1);
  for (const _ of [1, 2, 3]) assert.equal(await check.check(known, { user: 'alice', password: 'wrong' }), 'refused');
  assert.equal(compared.length, 4);
});

test('an unknown user takes the same work as a wrong password: one comparison, at the cost of the users, never accepted', async () => {
  const hash = hashOf('12');
  const { check, compared } = scripted({ [hash]: 'right', [`$2b$12$${'.'.repeat(53)}`]: 'right' });
  const known = users({ alice: hashOf('04', 'b'), bob: hash });
  for (const password of ['right', 'right', 'wrong']) assert.equal(await check.check(known, { user: 'eve', password }), 'refused');
  assert.equal(compared.length, 3);
  for (const used of compared) assert.match(used, /^\$2b\$12\$.{53}$/);
});

test('a changed hash is asked for anew, and a removed user is gone at once', async () => {
  const [before, after] = [hashOf('04'), hashOf('04', 'b')];
  const { check } = scripted({ [before]: 'old', [after]: 'new' });
  const alice = (password: string) => ({ user: 'alice', password });
  assert.equal(await check.check(users({ alice: before }), alice('old')), 'accepted');
  assert.equal(await check.check(users({ alice: after }), alice('old')), 'refused');
  assert.equal(await check.check(users({ alice: after }), alice('new')), 'accepted');
  assert.equal(await check.check(users({ bob: before }), alice('old')), 'refused');
});

test('what is remembered is bounded: the oldest is compared again', async () => {
  const hash = hashOf('04');
  const { check, compared } = scripted({ [hash]: 'right' });
  const names = Array.from({ length: ACCEPTED_COUNT_MAX + 1 }, (_, index) => `user${index}`);
  const known = users(Object.fromEntries(names.map((name) => [name, hash])));
  for (const user of names) await check.check(known, { user, password: 'right' });
  compared.length = 0;
  await check.check(known, { user: names.at(-1) ?? '', password: 'right' });
  assert.equal(compared.length, 0);
  await check.check(known, { user: 'user0', password: 'right' });
  assert.equal(compared.length, 1);
});

test('comparisons that wait are bounded, equal ones share one, and who is remembered does not wait', async () => {
  const hash = hashOf('04');
  const open: (() => void)[] = [];
  let isStuck = false;
  const check = new PasswordCheck({
    digestKey: new Uint8Array(32),
    compare: (password) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      if (isStuck) open.push(() => resolve(password === 'right'));
      else resolve(password === 'right');
      return promise;
    },
  });
  const known = users({ alice: hash });
  const ask = (password: string) => check.check(known, { user: 'alice', password });
  assert.equal(await ask('right'), 'accepted');
  isStuck = true;
  const waiting = Array.from({ length: COMPARISONS_WAITING_MAX }, (_, index) => ask(`guess${index}`));
  assert.equal(await ask('one more'), 'busy');
  assert.equal(await ask('right'), 'accepted');
  const shared = ask('guess0');
  assert.equal(open.length, COMPARISONS_WAITING_MAX);
  for (const answer of open) answer();
  assert.deepEqual(new Set(await Promise.all([...waiting, shared])), new Set(['refused']));
  isStuck = false;
  assert.equal(await ask('one more'), 'refused', 'there is room again');
});
