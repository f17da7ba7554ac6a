import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '../src/index.ts';

const receiver = (fields: string) => `remote_write:\n- url: http://h/\n  ${fields}\n`;

/** Each asks for something that would change what is scraped or sent, and that is not there. */
const ASKED: readonly (readonly [text: string, place: string, message: RegExp])[] = [
  [receiver('round_robin_dns: true'), '3:20', /round_robin_dns: true/],
  [receiver('protobuf_message: io.prometheus.write.v2.Request'), '3:21', /protobuf_message: io.prometheus.write.v2.Request/],
];

test('what is asked for and not built is refused by name and position', () => {
  for (const [text, place, message] of ASKED) {
    const loaded = parseConfig({ file: 'a.yml', text });
    assert.ok(!loaded.ok, text);
    const [error] = loaded.error.errors;
    assert.equal(loaded.error.errors.length, 1, text);
    assert.equal(error?.code, 'LIMPET_CONFIG_NOT_SUPPORTED');
    assert.equal(`${error.line}:${error.column}`, place, text);
    assert.match(error.message, message);
    assert.ok(parseConfig({ file: 'a.yml', text, acceptsUnbuilt: true }).ok, `${text} is valid otherwise`);
  }
});

test('spelled out and switched off, the same fields are fine', () => {
  const off = [receiver('round_robin_dns: false'), receiver('protobuf_message: prometheus.WriteRequest')];
  for (const text of off) assert.ok(parseConfig({ file: 'a.yml', text }).ok, text);
});

test('W-006 a receiver that asks for round_robin_dns is refused at its place, not sent to one address in silence', () => {
  const loaded = parseConfig({ file: 'a.yml', text: receiver('round_robin_dns: true') });
  assert.ok(!loaded.ok);
  assert.deepEqual(
    loaded.error.errors.map(({ code, line, column }) => [code, line, column]),
    [['LIMPET_CONFIG_NOT_SUPPORTED', 3, 20]],
  );
  assert.ok(parseConfig({ file: 'a.yml', text: receiver('round_robin_dns: false') }).ok);
});
