import { NATS_FLAGS } from './nats-flags.ts';
import { RECORD_FLAGS } from './record-flags.ts';

/** What Limpet does with a flag of `prometheus --agent` (http-api.md section 5). */
export type FlagEffect = 'use' | 'ignore' | 'warn';

/** One flag of `limpet run`. Names are written without the dashes. */
export interface Flag {
  readonly name: string;
  readonly kind: 'boolean' | 'text' | 'duration' | 'number' | 'list';
  /** As `status/flags` shows it when the flag is not given. */
  readonly fallback: string;
  readonly effect: FlagEffect;
  readonly help: string;
  readonly isHidden?: boolean;
  readonly choices?: readonly string[];
}

const ignored = 'accepted so that existing command lines work; has no effect';

/** Every flag of `limpet run`, Prometheus' first. */
export const FLAGS: readonly Flag[] = [
  { name: 'agent', kind: 'boolean', fallback: 'true', effect: 'ignore', help: `Limpet always is an agent; ${ignored}` },
  { name: 'config.file', kind: 'text', fallback: 'prometheus.yml', effect: 'use', help: 'configuration file' },
  { name: 'config.auto-reload', kind: 'boolean', fallback: 'false', effect: 'use', help: 'reload when the configuration file changes' },
  { name: 'config.auto-reload-interval', kind: 'duration', fallback: '30s', effect: 'use', help: 'how often to look for a change' },
  { name: 'web.listen-address', kind: 'list', fallback: '0.0.0.0:9090', effect: 'use', help: 'address to listen on; may repeat' },
  { name: 'web.config.file', kind: 'text', fallback: '', effect: 'use', help: 'TLS, users and headers of the listener' },
  {
    name: 'web.read-timeout',
    kind: 'duration',
    fallback: '5m',
    effect: 'use',
    help: 'longest time to read a request, and to keep an idle connection',
  },
  { name: 'web.max-connections', kind: 'number', fallback: '512', effect: 'use', help: 'most connections at once, over all listeners' },
  {
    name: 'web.max-notifications-subscribers',
    kind: 'number',
    fallback: '16',
    effect: 'use',
    help: 'most subscribers of live notifications',
  },
  { name: 'web.external-url', kind: 'text', fallback: '', effect: 'use', help: 'URL under which Limpet is reached from outside' },
  {
    name: 'web.route-prefix',
    kind: 'text',
    fallback: '',
    effect: 'use',
    help: 'prefix of every route; by default the path of --web.external-url',
  },
  { name: 'web.user-assets', kind: 'text', fallback: '', effect: 'warn', help: ignored },
  { name: 'web.enable-lifecycle', kind: 'boolean', fallback: 'false', effect: 'use', help: 'allow reload and quit by HTTP' },
  { name: 'web.enable-admin-api', kind: 'boolean', fallback: 'false', effect: 'ignore', help: ignored },
  { name: 'web.enable-remote-write-receiver', kind: 'boolean', fallback: 'false', effect: 'warn', help: ignored },
  { name: 'web.remote-write-receiver.accepted-protobuf-messages', kind: 'list', fallback: '', effect: 'warn', help: ignored },
  { name: 'web.enable-otlp-receiver', kind: 'boolean', fallback: 'false', effect: 'warn', help: ignored },
  { name: 'web.console.templates', kind: 'text', fallback: 'consoles', effect: 'ignore', help: ignored },
  { name: 'web.console.libraries', kind: 'text', fallback: 'console_libraries', effect: 'ignore', help: ignored },
  { name: 'web.page-title', kind: 'text', fallback: 'Limpet', effect: 'use', help: 'title of the page' },
  {
    name: 'web.cors.origin',
    kind: 'text',
    fallback: '.*',
    effect: 'use',
    help: 'origins that may call the API, as an anchored regular expression',
  },
  { name: 'storage.agent.path', kind: 'text', fallback: 'data-agent/', effect: 'use', help: 'folder for everything that is kept' },
  { name: 'storage.agent.wal-segment-size', kind: 'text', fallback: '0B', effect: 'use', help: 'size of a log segment', isHidden: true },
  { name: 'storage.agent.wal-compression', kind: 'boolean', fallback: 'true', effect: 'ignore', help: ignored },
  {
    name: 'storage.agent.wal-compression-type',
    kind: 'text',
    fallback: 'snappy',
    effect: 'ignore',
    help: ignored,
    isHidden: true,
    choices: ['snappy', 'zstd'],
  },
  { name: 'storage.agent.wal-truncate-frequency', kind: 'duration', fallback: '2h', effect: 'ignore', help: ignored, isHidden: true },
  {
    name: 'storage.agent.retention.min-time',
    kind: 'duration',
    fallback: '5m',
    effect: 'use',
    help: 'how long delivered samples stay in the log at least',
  },
  {
    name: 'storage.agent.retention.max-time',
    kind: 'duration',
    fallback: '4h',
    effect: 'use',
    help: 'how long samples stay in the log at most, delivered or not',
  },
  {
    name: 'storage.agent.retention.max-size',
    kind: 'text',
    fallback: '10GB',
    effect: 'use',
    help: 'size of the log; beyond it the oldest samples are dropped, delivered or not',
  },
  {
    name: 'storage.agent.no-lockfile',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'do not lock the folder for what is kept against other agents',
  },
  { name: 'storage.agent.checkpoint-from-in-memory-series', kind: 'boolean', fallback: 'false', effect: 'ignore', help: ignored },
  { name: 'storage.agent.checkpoint-batch-size', kind: 'number', fallback: '1000', effect: 'ignore', help: ignored },
  {
    name: 'storage.remote.flush-deadline',
    kind: 'duration',
    fallback: '1m',
    effect: 'use',
    help: 'longest time to deliver what is left at a stop',
  },
  {
    name: 'scrape.adjust-timestamps',
    kind: 'boolean',
    fallback: 'true',
    effect: 'use',
    help: 'move timestamps onto the grid of the interval',
    isHidden: true,
  },
  {
    name: 'scrape.timestamp-tolerance',
    kind: 'duration',
    fallback: '2ms',
    effect: 'use',
    help: 'how far a timestamp is moved at most',
    isHidden: true,
  },
  {
    name: 'scrape.discovery-reload-interval',
    kind: 'duration',
    fallback: '5s',
    effect: 'use',
    help: 'how often new targets are taken up',
    isHidden: true,
  },
  { name: 'auto-gomaxprocs', kind: 'boolean', fallback: 'true', effect: 'ignore', help: ignored },
  { name: 'auto-gomemlimit', kind: 'boolean', fallback: 'true', effect: 'ignore', help: ignored },
  { name: 'auto-gomemlimit.ratio', kind: 'number', fallback: '0.9', effect: 'ignore', help: ignored },
  { name: 'auto-gomemlimit.refresh-interval', kind: 'duration', fallback: '0s', effect: 'ignore', help: ignored },
  { name: 'enable-feature', kind: 'list', fallback: '', effect: 'use', help: 'comma-separated names of features to switch on' },
  {
    name: 'log.level',
    kind: 'text',
    fallback: 'info',
    effect: 'use',
    help: 'least important messages to print',
    choices: ['debug', 'info', 'warn', 'error'],
  },
  { name: 'log.format', kind: 'text', fallback: 'logfmt', effect: 'use', help: 'how messages are printed', choices: ['logfmt', 'json'] },
  { name: 'scrape.concurrency', kind: 'number', fallback: '1000', effect: 'use', help: 'most scrapes in flight at once; 0 = no cap' },
  {
    name: 'scrape.body-memory',
    kind: 'text',
    fallback: '48MB',
    effect: 'use',
    help: 'memory of all response bodies together; a body above 1MB gets at most half of it',
  },
  {
    name: 'scrape.reload-on-startup',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'take up the first targets at once instead of at the first reload tick',
  },
  ...RECORD_FLAGS,
  ...NATS_FLAGS,
  {
    name: 'inspect',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'let this machine watch the actors: a second room of the page, and the Stately inspector',
  },
  {
    name: 'inspect.allow-remote',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'with --inspect, let other machines watch, too',
  },
  {
    name: 'web.enable-debug',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'CPU profiles and heap snapshots under /debug/pprof/, for requests from this machine; a snapshot holds secrets',
  },
  {
    name: 'web.debug.allow-remote',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'with --web.enable-debug, for other machines, too; set users with --web.config.file',
  },
  {
    name: 'cpu-profile',
    kind: 'text',
    fallback: '',
    effect: 'use',
    help: 'file for a CPU profile of the run, of its first hour at most: gzipped pprof, or what V8 writes where the name ends in .cpuprofile',
  },
];

/** Features that matter to a scraper; any other name is a warning. */
export const FEATURES = [
  'exemplar-storage',
  'extra-scrape-metrics',
  'metadata-wal-records',
  'created-timestamp-zero-ingestion',
  'st-storage',
  'st-synthesis',
  'type-and-unit-labels',
  'auto-reload-config',
  'native-histograms',
] as const;

const SERVER_ONLY = /^--(?:no-)?((?:storage\.tsdb|rules|alertmanager|query|web\.search)\.[^=]*|storage\.remote\.read-[^=]*)/;

/** Flags of the server mode in a command line, with their dashes, in order: they end the start with exit code 3. */
export function serverOnlyFlags(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const name = SERVER_ONLY.exec(word)?.[1];
    return name === undefined ? [] : [`--${name}`];
  });
}
