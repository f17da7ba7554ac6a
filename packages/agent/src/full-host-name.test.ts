import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { fullHostName } from './full-host-name.ts';
import type { HostNames } from './full-host-name.ts';
import { HOST_NAME_MS_MAX, KnownHostName } from './known-host-name.ts';

/** Names of a machine `box`; an address without a name has none, no addresses means that `box` is not known. */
function names(nameByAddress?: Readonly<Record<string, string>>): HostNames {
  return {
    hostName: () => 'box',
    addressesOf: (name) => {
      assert.equal(name, 'box');
      return nameByAddress === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(Object.keys(nameByAddress));
    },
    nameOf: (address) => {
      const name = nameByAddress?.[address] ?? '';
      return name === '' ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(name);
    },
  };
}

for (const [why, known, found] of [
  ['the first address has a name', { '10.0.0.1': 'box.example.com', '10.0.0.2': 'other.example.com' }, 'box.example.com.'],
  ['the first address that has a name is the second one', { '10.0.0.1': '', 'fd00::1': 'six.example.com.' }, 'six.example.com.'],
  ['a name of one part has no dot at its end', { '127.0.1.1': 'box2' }, 'box2'],
  ['no address has a name', { '10.0.0.1': '', '10.0.0.2': '' }, 'box'],
  ['there is no address', {}, 'box'],
  ['the host name cannot be looked up', undefined, 'box'],
] as const) {
  test(`S-010 the full name of a machine is ${found} where ${why}`, async () => {
    assert.equal(await fullHostName(names(known)), found);
  });
}

test('S-010 S-011 the name is looked up anew at every configuration, and one that is not found in time stays what it was', async () => {
  const clock = new VirtualClock();
  let known: HostNames = names({ '10.0.0.1': 'a.example' });
  const ports: HostNames = {
    hostName: () => 'box',
    addressesOf: (name) => known.addressesOf(name),
    nameOf: (address) => known.nameOf(address),
  };
  const hostName = new KnownHostName({ given: undefined, names: ports, clock });
  assert.equal(hostName.current, 'box');
  await hostName.look();
  assert.equal(hostName.current, 'a.example.');
  known = names({ '10.0.0.1': 'b.example' });
  await hostName.look();
  assert.equal(hostName.current, 'b.example.');
  known = { ...known, addressesOf: () => new Promise(() => {}) };
  const looked = hostName.look();
  clock.advance(HOST_NAME_MS_MAX);
  await looked;
  assert.equal(hostName.current, 'b.example.');
  assert.equal(clock.pendingCount, 0);
});

test('a host name that is given is not looked up', async () => {
  const asked: HostNames = { hostName: () => assert.fail(), addressesOf: () => assert.fail(), nameOf: () => assert.fail() };
  const hostName = new KnownHostName({ given: 'given', names: asked, clock: new VirtualClock() });
  await hostName.look();
  assert.equal(hostName.current, 'given');
});
