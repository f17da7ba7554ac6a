import assert from 'node:assert/strict';
import { hintOf } from '../src/hints.ts';
import { parseConfig } from '../src/index.ts';
import type { Config, ConfigError, ConfigErrors, ConfigSource, FileReader, RemoteWriteConfig, ScrapeConfig } from '../src/index.ts';

/** What a test may say about a configuration besides its text. */
export type LoadOptions = Partial<Omit<ConfigSource, 'text'>>;

/** The configuration of a text that must load. The file is `/etc/prom/prometheus.yml` unless told. */
export function load(text: string, options: LoadOptions = {}): Config {
  const result = parseConfig({ file: '/etc/prom/prometheus.yml', text, acceptsUnbuilt: true, ...options });
  if (!result.ok) assert.fail(result.error.print());
  return result.value.config;
}

/** The only job of a text, given without its name and indented by nothing. */
export function loadJob(fields: string, global = ''): ScrapeConfig {
  const [job] = load(`${global}\nscrape_configs:\n- job_name: a\n${indented(fields)}`).scrapeConfigs;
  assert.ok(job !== undefined);
  return job;
}

/** The only receiver of a text, given without its URL. */
export function loadRemoteWrite(fields: string): RemoteWriteConfig {
  const [config] = load(`remote_write:\n- url: http://receiver/api\n${indented(fields)}`).remoteWrite;
  assert.ok(config !== undefined);
  return config;
}

/** A block moved in by two columns. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** Why a text is refused. */
export function refusal(text: string, options: LoadOptions = {}): ConfigErrors {
  const result = parseConfig({ file: '/etc/prom/prometheus.yml', text, acceptsUnbuilt: true, ...options });
  if (result.ok) assert.fail(`loads: ${text}`);
  return result.error;
}

/** The first reason why a text is refused. */
export function firstError(text: string, options: LoadOptions = {}): ConfigError {
  const [error] = refusal(text, options).errors;
  assert.ok(error !== undefined);
  return error;
}

/** A configuration that must be refused: `§` stands where the error must point. */
export interface BadConfig {
  readonly name: string;
  readonly text: string;
  /** Words of the message. */
  readonly words: string;
  readonly path?: string;
  readonly files?: FileReader;
}

/** Checks that a configuration is refused with the right words at the right place, and for no further reason. */
export function assertRefused({ text, words, path, files }: BadConfig): void {
  const offset = text.indexOf('§');
  assert.ok(offset >= 0, 'the text marks no place');
  const before = text.slice(0, offset);
  const { errors } = refusal(before + text.slice(offset + 1), files === undefined ? {} : { files });
  const [error] = errors;
  assert.ok(error !== undefined);
  assert.ok(error.message.includes(words), `${JSON.stringify(error.message)} lacks ${JSON.stringify(words)}`);
  const line = before.split('\n').length;
  assert.deepEqual([error.line, error.column], [line, offset - before.lastIndexOf('\n')], error.print());
  if (path !== undefined) assert.equal(error.path, path);
  assert.ok(error.frame.includes('^'), `no code frame:\n${error.print()}`);
  const generic = error.code === 'LIMPET_CONFIG_UNKNOWN_FIELD' ? undefined : hintOf(error.code, '');
  assert.ok(error.hint !== undefined && error.hint !== generic, `no hint of its own: ${error.print()}`);
  assert.equal(errors.length, 1, errors.map(({ message }) => message).join('\n'));
}

/** A reader over files in memory; globs know `*` at the end of a name only. */
export function fakeFiles(files: Readonly<Record<string, string>>): FileReader {
  return {
    readText: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    glob: (pattern) => {
      const expression = new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
      const matching = Object.keys(files).filter((path) => expression.test(path));
      return pattern.includes('*') || matching.length > 0 ? matching.sort() : [];
    },
  };
}
