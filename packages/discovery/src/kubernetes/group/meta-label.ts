import { labelsFrom } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';
import { sanitizedName } from '../../meta-labels.ts';
import type { KubernetesObject, TextPairs } from '../object/kubernetes-object.ts';

/** What all labels of this mechanism start with. */
export const META_PREFIX = '__meta_kubernetes_';
/** Label with the namespace of an object (C-152). */
export const NAMESPACE_LABEL = `${META_PREFIX}namespace`;

/** Labels and annotations of an object, each with a mark that it is there (C-152). Made once for each version of an object. */
export const metadataLabels = remembered((object, resource) => labelsFrom(metadataPairs(resource, object)));

/** Name, labels and annotations of an object (C-152). Made once for each version of an object. */
export const objectLabels = remembered((object, resource) =>
  labelsFrom([[`${META_PREFIX}${resource}_name`, object.name], ...metadataPairs(resource, object)]),
);

/** An object is of one resource and never changes: its labels need not be made for each of its targets. */
function remembered(make: (object: KubernetesObject, resource: string) => Labels): (resource: string, object: KubernetesObject) => Labels {
  const made = new WeakMap<KubernetesObject, Labels>();
  return (resource, object) => {
    const known = made.get(object) ?? make(object, resource);
    made.set(object, known);
    return known;
  };
}

function metadataPairs(resource: string, { labels, annotations }: KubernetesObject): readonly Label[] {
  return [...presentLabels(`${resource}_label`, labels), ...presentLabels(`${resource}_annotation`, annotations)];
}

/** Pairs as labels, each with a mark that it is there. */
function presentLabels(kind: string, pairs: TextPairs): readonly Label[] {
  return pairs.flatMap(([name, value]): readonly Label[] => {
    const safe = sanitizedName(name);
    return [
      [`${META_PREFIX}${kind}_${safe}`, value],
      [`${META_PREFIX}${kind}present_${safe}`, 'true'],
    ];
  });
}
