import assert from 'node:assert/strict';
import test from 'node:test';
import { alternativeNames, clientRefusal } from './client-certificate.ts';
import type { ClientHandshake } from './client-certificate.ts';

test('alternative names are read by kind; a quoted name is one name whatever it holds', () => {
  const text =
    'DNS:a.example, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, email:me@a.example, URI:spiffe://a/b, DirName:CN = DNS:evil';
  assert.deepEqual(alternativeNames(text), ['a.example', '10.0.0.1', '::1', 'me@a.example', 'spiffe://a/b']);
  assert.deepEqual(alternativeNames(String.raw`DNS:"x, DNS:evil \"q\"", DNS:b`), ['x, DNS:evil "q"', 'b']);
  assert.deepEqual(alternativeNames(''), []);
  assert.deepEqual(alternativeNames('nonsense'), []);
});

const none: ClientHandshake = { isVerified: false, certificate: undefined };
const self: ClientHandshake = { isVerified: false, certificate: { subjectAltName: 'DNS:a' } };
const signed: ClientHandshake = { isVerified: true, certificate: { subjectAltName: 'DNS:a' } };

const types = [
  { clientAuthType: 'NoClientCert', stays: [true, true, true] },
  { clientAuthType: 'RequestClientCert', stays: [true, true, true] },
  { clientAuthType: 'RequireAnyClientCert', stays: [false, true, true] },
  { clientAuthType: 'VerifyClientCertIfGiven', stays: [true, false, true] },
  { clientAuthType: 'RequireAndVerifyClientCert', stays: [false, false, true] },
] as const;
for (const { clientAuthType, stays } of types) {
  test(`${clientAuthType} decides on clients with no, an unknown and a signed certificate`, () => {
    const found = [none, self, signed].map(
      (client) => clientRefusal({ clientAuthType, clientAllowedSans: undefined }, client) === undefined,
    );
    assert.deepEqual(found, stays);
  });
}

test('with allowed names one of them must be in the certificate, exactly', () => {
  const refusal = (clientAllowedSans: readonly string[]) =>
    clientRefusal({ clientAuthType: 'RequireAndVerifyClientCert', clientAllowedSans }, signed);
  assert.equal(refusal(['b', 'a']), undefined);
  for (const names of [[], ['A'], ['*'], ['a.b']]) assert.match(refusal(names) ?? '', /allowed SANs/);
});
