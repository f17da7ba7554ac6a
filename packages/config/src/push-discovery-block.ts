import { block } from './block-decoder.ts';
import type { PushDiscoveryConfig } from './config.ts';
import { withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { fieldPlace, refuse } from './reading.ts';
import type { Decoded } from './reading.ts';
import { durationMs, text } from './scalar-decoder.ts';

const PUSH_FIELDS = { name: text, max_ttl: withDefault(durationMs, 3_600_000) };
/** One part of a path, and one token of a subject. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** One section of `push_sd_configs`, which only Limpet has. */
export const pushDiscovery: Decoder<PushDiscoveryConfig> = block({
  type: 'push_sd_config',
  fields: PUSH_FIELDS,
  zero: { mechanism: 'push', name: '', maxTtlMs: 0 },
  build: ({ name, max_ttl }, place): Decoded<PushDiscoveryConfig> => {
    if (!NAME.test(name)) {
      return refuse(fieldPlace(place, 'name'), 'LIMPET_CONFIG_VALUE', `push service discovery name ${JSON.stringify(name)} is not valid`, {
        hint: 'a name is 1 to 64 letters, digits, _ and -',
      });
    }
    if (max_ttl < 1_000) return refuse(fieldPlace(place, 'max_ttl'), 'LIMPET_CONFIG_VALUE', 'max_ttl must be at least 1s');
    return { mechanism: 'push', name, maxTtlMs: max_ttl };
  },
});
