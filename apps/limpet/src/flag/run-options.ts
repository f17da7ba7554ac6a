import type { WalSettings } from '@limpet/agent';
import { DurationError, parseDuration, parseSize, SizeError } from '@limpet/model';
import { FEATURES, FLAGS } from './flag-table.ts';
import { natsOptions, withoutPasswords } from './nats-flags.ts';
import type { NatsOptions } from './nats-flags.ts';
import { recordOptions } from './record-flags.ts';
import type { FlagReading, RecordOptions } from './record-flags.ts';

/** The command line of `limpet run`, understood. */
export interface RunOptions {
  /** Undefined: neither given nor found, so the demo runs. */
  readonly configFile: string | undefined;
  readonly autoReloadIntervalMs: number | undefined;
  readonly listenAddresses: readonly string[];
  /** TLS, users and headers of the listeners; undefined: plain HTTP for everybody. */
  readonly webConfigFile: string | undefined;
  readonly readTimeoutMs: number;
  readonly maxConnections: number;
  readonly notificationSubscriberCountMax: number;
  readonly externalUrl: string;
  readonly routePrefix: string;
  readonly isLifecycleEnabled: boolean;
  /** Who may use the debug endpoints; undefined: nobody. */
  readonly debug: { readonly isRemoteAllowed: boolean } | undefined;
  readonly pageTitle: string;
  readonly corsOrigin: RegExp;
  readonly storagePath: string;
  readonly locksStorage: boolean;
  readonly flushDeadlineMs: number;
  readonly wal: WalSettings;
  readonly reloadIntervalMs: number;
  /** 0 = timestamps are not adjusted. */
  readonly timestampToleranceMs: number;
  readonly concurrency: number;
  /** At least 1 MiB. */
  readonly bodyMemoryBytes: number;
  readonly reloadOnStartup: boolean;
  /** Undefined: the run is not recorded. */
  readonly record: RecordOptions | undefined;
  /** Undefined: nothing is published. */
  readonly nats: NatsOptions | undefined;
  /** Undefined: nobody can watch the actors. */
  readonly inspect: { readonly isRemoteAllowed: boolean } | undefined;
  readonly features: ReadonlySet<string>;
  /** Where a CPU profile of the run goes. */
  readonly cpuProfileFile: string | undefined;
  readonly logLevel: string;
  readonly logFormat: 'logfmt' | 'json';
  /** Name without dashes → value as text, for `status/flags`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Sentences to warn with once. */
  readonly warnings: readonly string[];
}

/** A command line that cannot be obeyed; `exitCode` as A-073. */
export class FlagError extends Error {
  readonly code = 'LIMPET_FLAG';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.name = 'FlagError';
    this.exitCode = exitCode;
  }
}

/** Values given, by flag name; booleans as booleans, repeated flags as lists. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

const SEGMENT_BYTES_MIN = 10 * 1024 ** 2;
const SEGMENT_BYTES_MAX = 256 * 1024 ** 2;
/** Below this no ordinary body has room. */
const BODY_MEMORY_BYTES_MIN = 1024 ** 2;
const AUTO_RELOAD_MS_MIN = 1_000;

/** Turns flags into options. `findDefaultConfig` says whether the default configuration file exists. Throws `FlagError`. */
export function runOptions(given: GivenFlags, findDefaultConfig: () => boolean): RunOptions {
  const flags = flagTexts(given);
  const text = (name: string) => flags[name] ?? '';
  const isOn = (name: string) => text(name) === 'true';
  checkBounds(text);
  const features = new Set(
    text('enable-feature')
      .split(',')
      .filter((name) => name !== ''),
  );
  const reading: FlagReading = {
    text,
    isOn,
    size: (name) => size(name, text),
    duration: (name) => duration(name, text),
    refuse: (message) => {
      throw new FlagError(message, 2);
    },
  };
  const isAutoReload = isOn('config.auto-reload') || features.has('auto-reload-config');
  return {
    configFile: given['config.file'] !== undefined || findDefaultConfig() ? text('config.file') : undefined,
    autoReloadIntervalMs: isAutoReload ? Math.max(duration('config.auto-reload-interval', text), AUTO_RELOAD_MS_MIN) : undefined,
    listenAddresses: text('web.listen-address').split(','),
    webConfigFile: text('web.config.file') === '' ? undefined : text('web.config.file'),
    readTimeoutMs: duration('web.read-timeout', text),
    maxConnections: wholeNumber('web.max-connections', text),
    notificationSubscriberCountMax: wholeNumber('web.max-notifications-subscribers', text),
    externalUrl: text('web.external-url'),
    routePrefix: text('web.route-prefix'),
    isLifecycleEnabled: isOn('web.enable-lifecycle'),
    debug: isOn('web.enable-debug') ? { isRemoteAllowed: isOn('web.debug.allow-remote') } : undefined,
    pageTitle: text('web.page-title'),
    corsOrigin: anchored(text('web.cors.origin')),
    storagePath: text('storage.agent.path'),
    locksStorage: !isOn('storage.agent.no-lockfile'),
    flushDeadlineMs: duration('storage.remote.flush-deadline', text),
    wal: walSettings(text),
    reloadIntervalMs: duration('scrape.discovery-reload-interval', text),
    timestampToleranceMs: isOn('scrape.adjust-timestamps') ? duration('scrape.timestamp-tolerance', text) : 0,
    concurrency: wholeNumber('scrape.concurrency', text),
    bodyMemoryBytes: size('scrape.body-memory', text),
    reloadOnStartup: isOn('scrape.reload-on-startup'),
    record: recordOptions(reading),
    nats: natsOptions(reading),
    inspect: isOn('inspect') ? { isRemoteAllowed: isOn('inspect.allow-remote') } : undefined,
    features,
    cpuProfileFile: text('cpu-profile') === '' ? undefined : text('cpu-profile'),
    logLevel: text('log.level'),
    logFormat: text('log.format') === 'json' ? 'json' : 'logfmt',
    flags: { ...flags, 'nats.url': withoutPasswords(text('nats.url')) },
    warnings: warningsOf(given, features),
  };
}

function flagTexts(given: GivenFlags): Record<string, string> {
  return Object.fromEntries(
    FLAGS.map(({ name, fallback }) => {
      const value = given[name];
      return [name, value === undefined ? fallback : Array.isArray(value) ? value.join(',') : String(value)];
    }),
  );
}

function warningsOf(given: GivenFlags, features: ReadonlySet<string>): string[] {
  const unused = FLAGS.filter(({ name, effect }) => effect === 'warn' && given[name] !== undefined && given[name] !== false);
  const known: readonly string[] = FEATURES;
  const isIdle = given['inspect.allow-remote'] === true && given['inspect'] !== true;
  const isDebugIdle = given['web.debug.allow-remote'] === true && given['web.enable-debug'] !== true;
  return [
    ...(isDebugIdle ? ['--web.debug.allow-remote has no effect without --web.enable-debug'] : []),
    ...(isIdle ? ['--inspect.allow-remote has no effect without --inspect'] : []),
    ...unused.map(({ name }) => `--${name} is accepted and has no effect`),
    ...[...features].filter((name) => !known.includes(name)).map((name) => `Unknown option '${name}' for --enable-feature`),
  ];
}

/** A maximum below the minimum is raised to it, as upstream does; a segment size of 0 is the default. */
function walSettings(text: (name: string) => string): WalSettings {
  const segmentBytes = size('storage.agent.wal-segment-size', text);
  const ageMsMin = duration('storage.agent.retention.min-time', text);
  return {
    ...(segmentBytes > 0 && { segmentBytes }),
    bytesMax: size('storage.agent.retention.max-size', text),
    ageMsMin,
    ageMsMax: Math.max(ageMsMin, duration('storage.agent.retention.max-time', text)),
  };
}

function checkBounds(text: (name: string) => string): void {
  const segmentBytes = size('storage.agent.wal-segment-size', text);
  if (segmentBytes !== 0 && (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes > SEGMENT_BYTES_MAX)) {
    throw new FlagError(`flag 'storage.agent.wal-segment-size' must be set between 10MB and 256MB`, 1);
  }
  if (size('scrape.body-memory', text) < BODY_MEMORY_BYTES_MIN) throw new FlagError('--scrape.body-memory must be at least 1MB.', 1);
  if (Number(text('storage.agent.checkpoint-batch-size')) <= 0) {
    throw new FlagError('--storage.agent.checkpoint-batch-size must be greater than 0.', 1);
  }
  const ratio = Number(text('auto-gomemlimit.ratio'));
  if (!(ratio > 0 && ratio <= 1)) throw new FlagError('--auto-gomemlimit.ratio must be greater than 0 and less than or equal to 1.', 1);
}

function size(name: string, text: (name: string) => string): number {
  try {
    return parseSize(text(name));
  } catch (error) {
    if (error instanceof SizeError) throw new FlagError(`--${name}: ${error.message}`, 2);
    throw error;
  }
}

function duration(name: string, text: (name: string) => string): number {
  try {
    return parseDuration(text(name));
  } catch (error) {
    if (error instanceof DurationError) throw new FlagError(`--${name}: ${error.message}`, 2);
    throw error;
  }
}

function wholeNumber(name: string, text: (name: string) => string): number {
  const value = Number(text(name));
  if (!Number.isSafeInteger(value) || value < 0) throw new FlagError(`--${name}: expected a whole number, got '${text(name)}'`, 2);
  return value;
}

function anchored(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'u');
  } catch (error) {
    throw new FlagError(`--web.cors.origin: not a regular expression: ${String(error)}`, 2);
  }
}
