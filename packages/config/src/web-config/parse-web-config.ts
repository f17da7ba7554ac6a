import { failed, Secret, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { block } from '../block-decoder.ts';
import { ConfigErrors } from '../config-error.ts';
import { decode, refined } from '../decoder.ts';
import { mapOf } from '../map-decoder.ts';
import { directoryOf } from '../path.ts';
import { INVALID, Reading, refuse } from '../reading.ts';
import { durationMs, integer, secret } from '../scalar-decoder.ts';
import { httpServerBlock } from './http-server-block.ts';
import { tlsServerBlock } from './tls-server-block.ts';
import type { RateLimitConfig, WebConfig } from './web-config.ts';

/** A web configuration file. */
export interface WebConfigSource {
  /** Path of the file: names it in errors; relative paths in it are taken from its directory. */
  readonly file: string;
  readonly text: string;
}

/** A bcrypt hash: version, cost from 4 to 31, 22 characters of salt and 31 of digest. */
const BCRYPT_HASH = /^\$2[aby]?\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

const hash = refined(
  secret,
  (value, place) => (BCRYPT_HASH.test(value.reveal()) ? value : refuse(place, 'LIMPET_CONFIG_VALUE', 'is not a bcrypt hash')),
  new Secret(''),
);

const users = refined(
  mapOf(hash),
  (hashes, place) => {
    const unhashed = Object.entries(hashes).find(([, value]) => value.reveal() === '');
    if (unhashed === undefined) return hashes;
    return refuse(place, 'LIMPET_CONFIG_EMPTY', `the user ${JSON.stringify(unhashed[0])} has no bcrypt hash`);
  },
  {},
);

const RATE_FIELDS = { interval: durationMs, burst: integer };

const rateLimit = block<typeof RATE_FIELDS, RateLimitConfig>({
  type: 'rate_limit',
  fields: RATE_FIELDS,
  zero: { intervalMs: 0, burst: 0 },
  build: (values) => ({ intervalMs: values.interval, burst: values.burst }),
});

const ROOT_FIELDS = {
  tls_server_config: tlsServerBlock,
  http_server_config: httpServerBlock,
  basic_auth_users: users,
  rate_limit: rateLimit,
};

const PLAIN: WebConfig = {
  tls: undefined,
  ...httpServerBlock.zero,
  users: new Map(),
  rateLimit: rateLimit.zero,
};

const root = block<typeof ROOT_FIELDS, WebConfig>({
  type: 'web config',
  fields: ROOT_FIELDS,
  zero: PLAIN,
  build: (values) => ({
    tls: values.tls_server_config,
    ...values.http_server_config,
    users: new Map(Object.entries(values.basic_auth_users)),
    rateLimit: values.rate_limit,
  }),
});

/**
 * The file of `--web.config.file`: TLS, headers and users of the listeners, decoded as strictly as a configuration. An
 * empty document asks for nothing. The files that it names are not opened. Never throws, and no error shows a hash or key.
 * Source: Prometheus' exporter-toolkit, docs/web-configuration.md.
 */
export function parseWebConfig({ file, text }: WebConfigSource): Result<WebConfig, ConfigErrors> {
  const reading = new Reading(file, text, directoryOf(file));
  const tree = reading.parse();
  const config = tree === INVALID ? INVALID : decode(root, tree);
  const isValid = config !== INVALID && reading.problemCount === 0;
  return isValid ? succeeded(config) : failed(new ConfigErrors(file, reading.errors(), { omittedCount: reading.omittedCount }));
}
