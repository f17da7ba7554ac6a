import { failed, Secret, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { isGiven, textSource } from '../at-most-one.ts';
import { block } from '../block-decoder.ts';
import type { Fields, FieldValues } from '../block-decoder.ts';
import { ConfigErrors } from '../config-error.ts';
import { decode, list, quoted, refined } from '../decoder.ts';
import type { Decoder } from '../decoder.ts';
import { HTTP_CLIENT_DEFAULTS } from '../http-client-block.ts';
import type { AuthenticationConfig, HttpClientConfig, TlsConfig } from '../http-client-config.ts';
import { NO_PROXY } from '../proxy-block.ts';
import { fieldPlace, hide, INVALID, Reading, refuse } from '../reading.ts';
import type { Decoded, Place } from '../reading.ts';
import { boolean, path, secret, text, url } from '../scalar-decoder.ts';
import { directoryOf } from '../path.ts';
import { isNull } from '../yaml-node.ts';

/** A kubeconfig file. */
export interface KubeconfigSource {
  /** Path of the file: names it in errors; relative paths in it are taken from its directory. */
  readonly file: string;
  readonly text: string;
}

/** How the current context of a kubeconfig file reaches its cluster. */
export interface Kubeconfig {
  /** May hold a password: never print it, see `redactedUrl`. */
  readonly server: string;
  readonly httpClient: HttpClientConfig;
}

/** Base64 of a PEM text. */
const pem: Decoder<Secret> = refined(
  secret,
  (value, place) => {
    try {
      return new Secret(atob(value.reveal()));
    } catch {
      return refuse(place, 'LIMPET_CONFIG_VALUE', 'is not base64');
    }
  },
  new Secret(''),
);

/** Ways of authentication that would have to run a program or to act as somebody else. */
const ABSENT_FIELDS: ReadonlySet<string> = new Set(['exec', 'auth-provider', 'as', 'as-uid', 'as-groups', 'as-user-extra']);

function refuseAbsent(name: string, value: Place, key: Place): typeof INVALID | 'ignored' {
  if (!ABSENT_FIELDS.has(name) || isNull(value.node)) return 'ignored';
  hide(value);
  return refuse({ ...key, path: value.path }, 'LIMPET_CONFIG_NOT_SUPPORTED', `${name} is not built into Limpet yet`, {
    hint: 'use a token, tokenFile, a client certificate or username and password',
  });
}

/** A mapping of which some fields matter; the others belong to other programs. */
function part<Of extends Fields>(type: string, fields: Of): Decoder<FieldValues<Of>> {
  const absent = Object.fromEntries(Object.entries(fields).map(([name, { absent: value }]) => [name, value])) as FieldValues<Of>;
  return block<Of, FieldValues<Of>>({ type, fields, zero: absent, build: (values) => values, refuseField: refuseAbsent });
}

const cluster = part('cluster', {
  server: url,
  'certificate-authority': path,
  'certificate-authority-data': pem,
  'insecure-skip-tls-verify': boolean,
  'tls-server-name': text,
  'proxy-url': url,
});

const user = part('user', {
  'client-certificate': path,
  'client-certificate-data': pem,
  'client-key': path,
  'client-key-data': pem,
  token: secret,
  tokenFile: path,
  username: text,
  password: secret,
});

/** An entry whose content is read once it is known to be the one in use. */
const unread: Decoder<Place | undefined> = { absent: undefined, zero: undefined, read: (place) => place };

const ROOT_FIELDS = {
  'current-context': text,
  clusters: list(part('cluster entry', { name: text, cluster: unread })),
  contexts: list(part('context entry', { name: text, context: part('context', { cluster: text, user: text }) })),
  users: list(part('user entry', { name: text, user: unread })),
};

const root: Decoder<FieldValues<typeof ROOT_FIELDS>> = part('kubeconfig', ROOT_FIELDS);

/**
 * The current context of a kubeconfig file. Never throws, and no error shows a token, key or password. Programs that make
 * tokens (`exec`, `auth-provider`) and impersonation are refused by name. Source: Kubernetes' client-go, tools/clientcmd.
 */
export function parseKubeconfig({ file, text: source }: KubeconfigSource): Result<Kubeconfig, ConfigErrors> {
  const reading = new Reading(file, source, directoryOf(file));
  const tree = reading.parse();
  const values = tree === INVALID ? INVALID : decode(root, tree);
  const config = tree === INVALID || values === INVALID ? INVALID : currentAccess(values, tree);
  const isValid = config !== INVALID && reading.problemCount === 0;
  return isValid ? succeeded(config) : failed(new ConfigErrors(file, reading.errors(), { omittedCount: reading.omittedCount }));
}

function currentAccess(values: FieldValues<typeof ROOT_FIELDS>, place: Place): Decoded<Kubeconfig> {
  const { contexts, clusters, users } = values;
  const current = values['current-context'];
  if (current === '') return refuse(fieldPlace(place, 'current-context'), 'LIMPET_CONFIG_EMPTY', 'the kubeconfig has no current-context');
  const context = contexts.find(({ name }) => name === current)?.context;
  if (context === undefined) return missing(place, 'contexts', `context ${quoted(current)}`);
  const clusterPlace = clusters.find(({ name }) => name === context.cluster)?.cluster;
  if (clusterPlace === undefined) return missing(place, 'clusters', `cluster ${quoted(context.cluster)}`);
  const userPlace = users.find(({ name }) => name === context.user)?.user;
  if (userPlace === undefined && context.user !== '') return missing(place, 'users', `user ${quoted(context.user)}`);
  const known = decode(cluster, clusterPlace);
  const login = userPlace === undefined ? user.absent : decode(user, userPlace);
  if (known === INVALID || login === INVALID) return INVALID;
  if (known.server === undefined || known.server === '') {
    return refuse(fieldPlace(clusterPlace, 'server'), 'LIMPET_CONFIG_EMPTY', `cluster ${quoted(context.cluster)} has no server`);
  }
  return { server: known.server, httpClient: clientOf(known, login) };
}

function missing(place: Place, field: string, what: string): typeof INVALID {
  return refuse(fieldPlace(place, field), 'LIMPET_CONFIG_VALUE', `the kubeconfig has no ${what}`);
}

function clientOf(known: typeof cluster.absent, login: typeof user.absent): HttpClientConfig {
  const proxyUrl = known['proxy-url'];
  return {
    ...HTTP_CLIENT_DEFAULTS,
    authentication: authenticationOf(login),
    tls: tlsOf(known, login),
    // Without one of its own, the proxy of the environment, as every client of Kubernetes.
    proxy: proxyUrl === undefined || proxyUrl === '' ? { ...NO_PROXY, fromEnvironment: true } : { ...NO_PROXY, url: proxyUrl },
  };
}

function tlsOf(known: typeof cluster.absent, login: typeof user.absent): TlsConfig {
  const plain = (data: Secret, file: string): TlsConfig['ca'] => textSource(data.reveal(), isGiven(data) ? '' : file);
  return {
    ...HTTP_CLIENT_DEFAULTS.tls,
    ca: plain(known['certificate-authority-data'], known['certificate-authority']),
    cert: plain(login['client-certificate-data'], login['client-certificate']),
    key: textSource(login['client-key-data'], isGiven(login['client-key-data']) ? '' : login['client-key']),
    serverName: known['tls-server-name'],
    insecureSkipVerify: known['insecure-skip-tls-verify'],
  };
}

/** A token file goes before a token: it is the one that is renewed. */
function authenticationOf({ token, tokenFile, username, password }: typeof user.absent): AuthenticationConfig | undefined {
  const credentials = textSource(tokenFile === '' ? token : new Secret(''), tokenFile);
  if (credentials !== undefined) return { kind: 'authorization', type: 'Bearer', credentials };
  if (username === '' && !isGiven(password)) return undefined;
  return { kind: 'basic', username: textSource(username, ''), password: textSource(password, '') };
}
