import type { LogFields, Result } from '@limpet/model';
import { failed, succeeded } from '@limpet/model';
import { block } from './block-decoder.ts';
import type { Config, GlobalConfig } from './config.ts';
import type { ConfigError } from './config-error.ts';
import { ConfigErrors } from './config-error.ts';
import { decode, list, quoted, refined } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { expandEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { globalBlock } from './global-block.ts';
import { readIncludedFiles } from './included-files.ts';
import type { FileReader } from './included-files.ts';
import { JobTable } from './job-table.ts';
import { directoryOf } from './path.ts';
import { CONFIG_ERRORS_MAX, INVALID, Reading, refuse } from './reading.ts';
import { effectiveRemoteWrites, remoteWriteBlock } from './remote-write-block.ts';
import { path } from './scalar-decoder.ts';
import { scrapeConfigsBlock } from './scrape-config-block.ts';
import { refuseUnbuilt } from './unbuilt-fields.ts';
import { otlpBlock, runtimeBlock, serverOnly, storageBlock, tracingBlock } from './unused-blocks.ts';

/** What a configuration is made of. */
export interface ConfigSource {
  /** Path of the file: names it in errors; relative paths in it are taken from its directory. */
  readonly file: string;
  readonly text: string;
  /** Where relative paths start instead, for a text that is to stand in another place. */
  readonly directory?: string;
  /** Variables for external labels (C-090); none unless given. */
  readonly env?: Environment;
  /** How `scrape_config_files` are reached; without it a configuration that has some is refused. */
  readonly files?: FileReader;
  /** Feature flags in force; of them `extra-scrape-metrics`, `created-timestamp-zero-ingestion` and `st-storage` matter here. */
  readonly features?: readonly string[];
  /** Takes what is not built for granted instead of refusing it; for showing and comparing configurations. */
  readonly acceptsUnbuilt?: boolean;
}

/** Something to log about a configuration that loads. */
export interface ConfigNotice {
  readonly level: 'debug' | 'warn';
  readonly message: string;
  readonly fields: LogFields;
}

/** A configuration and what is to be said about it. */
export interface LoadedConfig {
  readonly config: Config;
  readonly notices: readonly ConfigNotice[];
}

const ROOT_FIELDS = {
  runtime: runtimeBlock,
  alerting: serverOnly('alerting'),
  rule_files: serverOnly('rule_files'),
  scrape_config_files: list(
    refined(
      path,
      (pattern, place) =>
        /^[^*]*(?:\*[^/]*)?$/.test(pattern)
          ? pattern
          : refuse(place, 'LIMPET_CONFIG_VALUE', `invalid scrape config file path ${quoted(pattern)}`),
      '',
    ),
  ),
  scrape_configs: scrapeConfigsBlock,
  storage: storageBlock,
  tracing: tracingBlock,
  remote_write: remoteWriteBlock,
  remote_read: serverOnly('remote_read'),
  otlp: otlpBlock,
};

/**
 * A configuration file, parsed, checked, defaults filled in and paths resolved. Pure: included files are reached
 * through `source.files`. Never throws; all problems that can be told apart are reported together.
 */
export function parseConfig(source: ConfigSource): Result<LoadedConfig, ConfigErrors> {
  const reading = new Reading(source.file, source.text, source.directory ?? directoryOf(source.file));
  const features = new Set(source.features);
  const root = reading.parse();
  const includedErrors: ConfigError[] = [];
  const decoded = root === INVALID ? INVALID : decode(rootBlock(source, features, includedErrors), root);
  const errors = [...reading.errors(), ...includedErrors];
  if (decoded !== INVALID && errors.length === 0) return succeeded(expandExternalLabels(decoded, source.env ?? {}));
  const kept = errors.slice(0, CONFIG_ERRORS_MAX);
  return failed(new ConfigErrors(source.file, kept, { omittedCount: reading.omittedCount + errors.length - kept.length }));
}

function rootBlock(source: ConfigSource, features: ReadonlySet<string>, includedErrors: ConfigError[]): Decoder<Config> {
  const global = globalBlock(features.has('extra-scrape-metrics'));
  const fields = { global, ...ROOT_FIELDS };
  const isProtoFirst = features.has('created-timestamp-zero-ingestion') || features.has('st-storage');
  const empty: Config = { global: global.zero, scrapeConfigs: [], scrapeConfigFiles: [], remoteWrite: [], outOfOrderTimeWindowMs: 0 };
  return block<typeof fields, Config>({
    type: 'config',
    fields,
    zero: empty,
    build: (values, place) => {
      const jobs = new JobTable(values.global, isProtoFirst);
      const scrapeConfigs = jobs.add(values.scrape_configs, 'main config file');
      const remoteWrite = effectiveRemoteWrites(values.remote_write, values.global.metricNameValidationScheme);
      const { files, acceptsUnbuilt = false } = source;
      if (!acceptsUnbuilt) refuseUnbuilt(place);
      const included = readIncludedFiles(values.scrape_config_files, { root: place, jobs, files });
      includedErrors.push(...included.errors);
      if (remoteWrite === INVALID) return INVALID;
      return {
        global: values.global,
        scrapeConfigs: [...scrapeConfigs, ...included.scrapeConfigs],
        scrapeConfigFiles: values.scrape_config_files,
        ...(included.scrapeConfigs.length > 0 ? { includedJobs: included.scrapeConfigs.map(({ jobName }) => jobName) } : {}),
        remoteWrite,
        outOfOrderTimeWindowMs: values.storage,
      };
    },
  });
}

/** Environment variables put into the external labels (C-090). */
function expandExternalLabels(config: Config, environment: Environment): LoadedConfig {
  const notices: ConfigNotice[] = [];
  const labels: [string, string][] = [];
  for (const [label, input] of Object.entries(config.global.externalLabels)) {
    const { text, emptyVariables } = expandEnvironment(input, environment);
    for (const name of emptyVariables) notices.push({ level: 'warn', message: 'Empty environment variable', fields: { name } });
    if (text !== input) notices.push({ level: 'debug', message: 'External label replaced', fields: { label, input, output: text } });
    labels.push([label, text]);
  }
  const global: GlobalConfig = { ...config.global, externalLabels: Object.fromEntries(labels) };
  return { config: { ...config, global }, notices };
}
