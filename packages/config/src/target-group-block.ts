import { labelsFrom } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { block } from './block-decoder.ts';
import { list } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { mapOf } from './map-decoder.ts';
import { labelName, labelValue } from './scalar-decoder.ts';

/** A target group as a file or an answer holds it; whoever read it knows the source. */
export interface SourcelessTargetGroup {
  /** One label set a target, holding `__address__`. */
  readonly targets: readonly Labels[];
  readonly labels: Labels;
}

/** One group in YAML: `targets` and `labels`, nothing else (C-103). */
export const targetGroupBlock: Decoder<SourcelessTargetGroup> = block({
  type: 'target group',
  fields: { targets: list(labelValue), labels: mapOf(labelValue, labelName) },
  zero: { targets: [], labels: [] },
  build: ({ targets, labels }) => targetGroup(targets, labels),
});

/** A group of addresses that share labels. Labels without a value vanish (C-102). */
export function targetGroup(addresses: readonly string[], labels: Readonly<Record<string, string>>): SourcelessTargetGroup {
  return { targets: addresses.map((address) => labelsFrom([['__address__', address]])), labels: labelsFrom(Object.entries(labels)) };
}
