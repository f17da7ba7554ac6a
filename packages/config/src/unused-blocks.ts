import { block } from './block-decoder.ts';
import { list } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { mapOf } from './map-decoder.ts';
import { hide, refuse } from './reading.ts';
import { boolean, durationMs, float, integer, sizeBytes, text, unshownText } from './scalar-decoder.ts';
import { tlsBlock } from './tls-block.ts';
import { isNull } from './yaml-node.ts';
import type { YamlNode } from './yaml-node.ts';

const retention: Decoder<undefined> = block({
  type: 'retention',
  fields: { time: durationMs, size: sizeBytes, percentage: float },
  zero: undefined,
  build: () => undefined,
});

const tsdb: Decoder<number> = block({
  type: 'tsdb',
  fields: { out_of_order_time_window: durationMs, stale_series_compaction_threshold: float, retention },
  zero: 0,
  build: (values) => values.out_of_order_time_window,
});

const exemplars: Decoder<undefined> = block({
  type: 'exemplars',
  fields: { max_exemplars: integer },
  zero: undefined,
  build: () => undefined,
});

/** The `storage` block: of all its fields only the window for late samples has an effect. */
export const storageBlock: Decoder<number> = block({
  type: 'storage',
  fields: { tsdb, exemplars },
  zero: 0,
  build: (values) => values.tsdb,
});

/** Known and without effect: there is no Go runtime to tune. */
export const runtimeBlock: Decoder<undefined> = block({
  type: 'runtime',
  fields: { gogc: integer },
  zero: undefined,
  build: () => undefined,
});

/** Known and without effect. */
export const tracingBlock: Decoder<undefined> = block({
  type: 'tracing',
  fields: {
    client_type: text,
    endpoint: text,
    sampling_fraction: float,
    insecure: boolean,
    tls_config: tlsBlock,
    headers: mapOf(unshownText),
    compression: text,
    timeout: durationMs,
  },
  zero: undefined,
  build: () => undefined,
});

/** Known and without effect. */
export const otlpBlock: Decoder<undefined> = block({
  type: 'otlp',
  fields: {
    promote_all_resource_attributes: boolean,
    promote_resource_attributes: list(text),
    ignore_resource_attributes: list(text),
    translation_strategy: text,
    keep_identifying_resource_attributes: boolean,
    convert_histograms_to_nhcb: boolean,
    promote_scope_metadata: boolean,
    label_name_underscore_sanitization: boolean,
    label_name_preserve_multiple_underscores: boolean,
  },
  zero: undefined,
  build: () => undefined,
});

/** A block that belongs to a server and not to a scrape agent: refused unless there is nothing in it (C-020). */
export function serverOnly(field: string): Decoder<undefined> {
  return {
    absent: undefined,
    zero: undefined,
    read: (place) => {
      hide(place);
      return isEmpty(place.node) ? undefined : refuse(place, 'LIMPET_CONFIG_NOT_SUPPORTED', `field ${field} is not allowed in agent mode`);
    },
  };
}

function isEmpty(node: YamlNode): boolean {
  if (node.kind === 'list') return node.items.length === 0;
  if (node.kind === 'map') return node.entries.every(({ value }) => isEmpty(value));
  return isNull(node);
}
