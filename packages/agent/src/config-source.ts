import { parseConfig } from '@limpet/config';
import type { ConfigErrors, Environment, FileReader, LoadedConfig } from '@limpet/config';
import type { Result } from '@limpet/model';

/** Where an agent gets its configuration from, at the start and at each reload. */
export interface ConfigSource {
  /** Names the configuration in logs and errors. */
  readonly name: string;
  /** Reads and validates. Never rejects. */
  load(): Promise<Result<LoadedConfig, ConfigErrors | ConfigUnreadable>>;
}

/** The configuration could not be read at all. */
export interface ConfigUnreadable {
  readonly code: 'LIMPET_CONFIG_READ';
  readonly message: string;
}

export interface ConfigTextOptions {
  /** Names the text in errors; relative paths in it are taken from its directory. */
  readonly file?: string;
  /** Variables for external labels. */
  readonly env?: Environment;
  /** How included files are reached. */
  readonly files?: FileReader;
  readonly features?: readonly string[];
}

/** A configuration that is a text in the program. `text` may be a function, read again at each reload. */
export function configText(text: string | (() => string), { file = 'prometheus.yml', ...rest }: ConfigTextOptions = {}): ConfigSource {
  return {
    name: file,
    load: () => Promise.resolve(parseConfig({ file, text: typeof text === 'string' ? text : text(), ...rest })),
  };
}
