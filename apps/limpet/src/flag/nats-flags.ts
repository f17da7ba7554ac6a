import type { Flag } from './flag-table.ts';
import type { FlagReading } from './record-flags.ts';

/** What `--nats…` asks for. */
export interface NatsOptions {
  /** URLs of the servers; user and password may stand in them. */
  readonly servers: readonly string[];
  readonly prefix: string;
  readonly withBatches: boolean;
  readonly takesRequests: boolean;
  readonly credentialsFile: string | undefined;
}

/** The flags that have events, and batches, published to NATS. */
export const NATS_FLAGS: readonly Flag[] = [
  {
    name: 'nats.url',
    kind: 'list',
    fallback: '',
    effect: 'use',
    help: 'publish life-cycle events to JetStream on this NATS server; may repeat for the servers of a cluster',
  },
  { name: 'nats.prefix', kind: 'text', fallback: 'limpet', effect: 'use', help: 'first token of every subject' },
  { name: 'nats.batches', kind: 'boolean', fallback: 'false', effect: 'use', help: 'publish the samples of every scrape as well' },
  {
    name: 'nats.requests',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'take requests: scrapes on <prefix>.scrape, registrations of targets on <prefix>.targets.<section>.<source>',
  },
  { name: 'nats.credentials.file', kind: 'text', fallback: '', effect: 'use', help: 'credentials of the user, as nsc writes them' },
];

const PREFIX = /^[A-Za-z0-9_-]+$/;
const SCHEMES: ReadonlySet<string> = new Set(['nats:', 'tls:']);

/** What the flags ask for; `undefined` where nothing is to be published. */
export function natsOptions({ text, isOn, refuse }: Pick<FlagReading, 'text' | 'isOn' | 'refuse'>): NatsOptions | undefined {
  if (text('nats.url') === '') return undefined;
  const servers = text('nats.url').split(',');
  const prefix = text('nats.prefix');
  if (servers.some((server) => !isServer(server))) refuse('--nats.url must be nats://host:port or tls://host:port');
  if (!PREFIX.test(prefix)) refuse(`--nats.prefix ${JSON.stringify(prefix)} is not one token of a subject`);
  const file = text('nats.credentials.file');
  return {
    servers,
    prefix,
    withBatches: isOn('nats.batches'),
    takesRequests: isOn('nats.requests'),
    credentialsFile: file === '' ? undefined : file,
  };
}

/** URLs as they may be shown: without a password. */
export function withoutPasswords(servers: string): string {
  return servers.replaceAll(/\/\/[^@/,]*@/g, '//<secret>@');
}

function isServer(server: string): boolean {
  const url = URL.parse(server.includes('://') ? server : `nats://${server}`);
  return url !== null && SCHEMES.has(url.protocol) && url.hostname !== '' && (url.pathname === '' || url.pathname === '/');
}
