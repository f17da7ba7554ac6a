import { block } from '../block-decoder.ts';
import { quoted, refined, withDefault } from '../decoder.ts';
import type { Decoder } from '../decoder.ts';
import { mapOf } from '../map-decoder.ts';
import { fieldPlace, refuse } from '../reading.ts';
import { boolean, text } from '../scalar-decoder.ts';
import type { WebConfig } from './web-config.ts';

/** Headers that may be added, in their one spelling, with the values that each may have; `undefined` = any. */
const HEADERS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['Content-Security-Policy', undefined],
  ['Strict-Transport-Security', undefined],
  ['X-Content-Type-Options', ['nosniff']],
  ['X-Frame-Options', ['deny', 'sameorigin']],
  ['X-XSS-Protection', undefined],
]);

const headers = refined(
  mapOf(text),
  (values, place) => {
    for (const [name, value] of Object.entries(values)) {
      const at = fieldPlace(place, name);
      if (!HEADERS.has(name)) return refuse(at, 'LIMPET_CONFIG_VALUE', `HTTP header ${quoted(name)} can not be configured`);
      const allowed = HEADERS.get(name);
      if (allowed !== undefined && !allowed.includes(value)) {
        const expected = allowed.map(quoted).join(' ');
        return refuse(at, 'LIMPET_CONFIG_VALUE', `invalid value for ${name}. Expected one of: [${expected}], but got: ${quoted(value)}`);
      }
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        return refuse(at, 'LIMPET_CONFIG_VALUE', `invalid value for ${name}: a header cannot hold this text`);
      }
    }
    return values;
  },
  {},
);

const FIELDS = { http2: withDefault(boolean, true), headers };

type HttpServer = Pick<WebConfig, 'isHttp2Enabled' | 'headers'>;

/** An `http_server_config` block. */
export const httpServerBlock: Decoder<HttpServer> = block<typeof FIELDS, HttpServer>({
  type: 'http_server_config',
  fields: FIELDS,
  zero: { isHttp2Enabled: true, headers: {} },
  build: (values) => ({ isHttp2Enabled: values.http2, headers: values.headers }),
});
