import assert from 'node:assert/strict';
import test from 'node:test';
import { parseOpenMetrics } from './openmetrics-parser.ts';
import { ContentTypeError, parserFor } from './parser-for.ts';
import type { ExpositionFormat } from './parser-for.ts';
import { parseProtobuf } from './protobuf-parser.ts';
import { parseText } from './text-parser.ts';

function errorOf(contentType: string): ContentTypeError {
  const chosen = parserFor(contentType, undefined);
  assert.ok(!chosen.ok, `${JSON.stringify(contentType)} was accepted`);
  assert.ok(chosen.error instanceof ContentTypeError);
  return chosen.error;
}

const RECOGNISED: readonly (readonly [contentType: string, format: ExpositionFormat])[] = [
  ['text/plain', 'text'],
  ['text/plain; version=0.0.4; charset=utf-8', 'text'],
  ['text/plain;version=1.0.0;escaping=allow-utf-8', 'text'],
  ['text/plain;version=42', 'text'],
  ['TEXT/Plain; Charset=UTF-8', 'text'],
  [' text/plain', 'text'],
  ['text/plain;', 'text'],
  ['text/plain ; ', 'text'],
  ['text/plain ; version=0.0.4', 'text'],
  ['text/plain;version="0.0.4; \\"x\\""', 'text'],
  ['text/plain;a=""', 'text'],
  ['text/plain; a=1; A=1', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version=0.0.1; charset=utf-8', 'openmetrics'],
  ['application/vnd.google.protobuf', 'protobuf'],
  ['application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited', 'protobuf'],
  ['application/vnd.google.protobuf; proto=anything; encoding=text', 'protobuf'],
];

for (const [contentType, format] of RECOGNISED) {
  test(`E-005 E-006 ${JSON.stringify(contentType)} is read as ${format}`, () => {
    const chosen = parserFor(contentType, undefined);
    assert.ok(chosen.ok);
    assert.equal(chosen.value.format, format);
    assert.equal(chosen.value.parse, { text: parseText, openmetrics: parseOpenMetrics, protobuf: parseProtobuf }[format]);
    assert.equal(chosen.value.fallbackReason, undefined);
  });
}

const UNPARSABLE = [
  'invalid/',
  'a/b/c',
  '/',
  ';',
  ' ',
  'text plain',
  'text/plain, text/html',
  'text/plain; version=',
  'text/plain; version',
  'text/plain; version=0.0.4; ;',
  'text/plain; a=1; a=2',
  'text/plain; a="1',
  'text/plain; a="1"b',
  'text/plain; =1',
];

for (const contentType of UNPARSABLE) {
  test(`E-009 ${JSON.stringify(contentType)} cannot be parsed`, () => {
    const error = errorOf(contentType);
    assert.equal(error.code, 'LIMPET_CONTENT_TYPE_UNPARSABLE');
    assert.ok(error.cause instanceof Error);
  });
}

test('E-007 E-010 a blank, unknown or malformed header is refused in upstream words', () => {
  assert.equal(
    errorOf('').message,
    'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target',
  );
  assert.equal(errorOf('').code, 'LIMPET_CONTENT_TYPE_BLANK');
  for (const contentType of ['text/html', 'text', 'application/json']) {
    const error = errorOf(contentType);
    assert.equal(error.code, 'LIMPET_CONTENT_TYPE_UNSUPPORTED');
    assert.equal(error.message, `received unsupported Content-Type "${contentType}" and no fallback_scrape_protocol specified for target`);
  }
  assert.equal(
    errorOf('invalid/').message,
    'cannot parse Content-Type "invalid/" and no fallback_scrape_protocol for target\nmime: expected token after slash',
  );
});

test('E-008 the fallback decides where the header does not, and says why', () => {
  const reasons: readonly (readonly [contentType: string, reason: string])[] = [
    ['', 'non-compliant scrape target sending blank Content-Type, using fallback_scrape_protocol "application/openmetrics-text"'],
    ['text/html', 'received unsupported Content-Type "text/html", using fallback_scrape_protocol "application/openmetrics-text"'],
    [
      'invalid/',
      'cannot parse Content-Type "invalid/", using fallback_scrape_protocol "application/openmetrics-text"\nmime: expected token after slash',
    ],
  ];
  for (const [contentType, reason] of reasons) {
    const chosen = parserFor(contentType, 'application/openmetrics-text');
    assert.ok(chosen.ok);
    assert.equal(chosen.value.format, 'openmetrics');
    assert.equal(chosen.value.fallbackReason, reason);
  }
});

test('E-008 protobuf is a fallback as well', () => {
  const chosen = parserFor('', 'application/vnd.google.protobuf');
  assert.ok(chosen.ok);
  assert.equal(chosen.value.parse, parseProtobuf);
});

test('E-008 a recognised header is never overridden', () => {
  const chosen = parserFor('text/plain', 'application/openmetrics-text');
  assert.ok(chosen.ok);
  assert.equal(chosen.value.format, 'text');
});

test('E-004 the escaping scheme of a response is not looked at', () => {
  const chosen = parserFor('text/plain;version=1.0.0;escaping=whatever', undefined);
  assert.ok(chosen.ok);
  assert.deepEqual([...chosen.value.parse(new TextEncoder().encode('{"a.b"} 1\n'))].length, 1);
});
