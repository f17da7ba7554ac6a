import type { Label } from '@limpet/model';
import { sanitizedName } from '../../meta-labels.ts';
import type { KubernetesObject, TextPairs } from '../object/kubernetes-object.ts';

/** Labels in any order; a later one of the same name wins. */
export type LabelPairs = readonly Label[];

/** What all labels of this mechanism start with. */
export const META_PREFIX = '__meta_kubernetes_';
/** Label with the namespace of an object (C-152). */
export const NAMESPACE_LABEL = `${META_PREFIX}namespace`;

/** Labels and annotations of an object, each with a mark that it is there (C-152). */
export function metadataLabels(resource: string, { labels, annotations }: Pick<KubernetesObject, 'labels' | 'annotations'>): LabelPairs {
  return [...presentLabels(`${resource}_label`, labels), ...presentLabels(`${resource}_annotation`, annotations)];
}

/** Name, labels and annotations of an object (C-152). */
export function objectLabels(resource: string, object: KubernetesObject): LabelPairs {
  return [[`${META_PREFIX}${resource}_name`, object.name], ...metadataLabels(resource, object)];
}

/** Pairs as labels, each with a mark that it is there. */
function presentLabels(kind: string, pairs: TextPairs): LabelPairs {
  return pairs.flatMap(([name, value]): LabelPairs => {
    const safe = sanitizedName(name);
    return [
      [`${META_PREFIX}${kind}_${safe}`, value],
      [`${META_PREFIX}${kind}present_${safe}`, 'true'],
    ];
  });
}
