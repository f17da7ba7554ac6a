import type { ConfigSource } from '@limpet/agent';
import { formatConfig } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import { configOfSnapshot, configSnapshot } from '../log/config-snapshot.ts';
import type { SecretNames } from '../log/config-snapshot.ts';
import type { Gate } from './gate.ts';
import { Ordinals } from './gate.ts';
import type { Bodies } from './http-answer.ts';

/** A configuration as a line of the log holds it. */
export type ConfigLine = { readonly config: string; readonly yaml: string } | { readonly failed: string };

export interface GatedConfigOptions {
  /** There is one when the first configuration is loaded. */
  readonly gate: () => Gate;
  readonly bodies: Bodies;
  readonly names: SecretNames;
}

/** A source of configurations behind a gate: what was loaded is kept as it was understood, secrets replaced by names. */
export function gatedConfig(source: ConfigSource, { gate, bodies, names }: GatedConfigOptions): ConfigSource {
  const ordinals = new Ordinals();
  const put = (text: string): string => bodies.put(Buffer.from(text), 'always').body;
  return {
    name: source.name,
    load: () =>
      gate().answer({
        key: ordinals.next('config'),
        ask: () => source.load(),
        encode: (loaded): ConfigLine => {
          if (!loaded.ok) return { failed: names.scrub(loaded.error.message) };
          const { config } = loaded.value;
          const snapshot = configSnapshot(config, names);
          const { includedJobs: _, ...whole } = { ...configOfSnapshot(snapshot), scrapeConfigFiles: [] };
          return { config: put(snapshot), yaml: put(formatConfig(whole)) };
        },
        decode: (kept) => {
          const line = kept as ConfigLine;
          if ('failed' in line) return failed({ code: 'LIMPET_CONFIG_READ', message: line.failed } as const);
          const text = Buffer.from(bodies.get(line.config)).toString('utf8');
          return succeeded({ config: configOfSnapshot(text), notices: [] });
        },
      }),
  };
}
