import { compareBytewise } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';

/**
 * Label sets as one; of labels of the same name that of the later set counts. A target has dozens of labels, most of which
 * it shares with its pod: putting sorted sets together costs a small part of sorting each target anew.
 */
export function mergedLabels(...sets: readonly Labels[]): Labels {
  return sets.reduce((merged, set) => (merged.length === 0 ? set : set.length === 0 ? merged : mergedPair(merged, set)), []);
}

function mergedPair(left: Labels, right: Labels): Labels {
  const merged: Label[] = [];
  let index = 0;
  for (const label of right) {
    index = takeBelow(merged, left, { from: index, name: label[0] });
    if (left[index]?.[0] === label[0]) index++;
    merged.push(label);
  }
  for (const label of left.slice(index)) merged.push(label);
  return merged;
}

/** Moves the labels whose names come before a name; returns where it stopped. */
function takeBelow(merged: Label[], labels: Labels, { from, name }: { readonly from: number; readonly name: string }): number {
  for (let index = from; index < labels.length; index++) {
    const label = labels[index];
    if (label === undefined || compareBytewise(label[0], name) >= 0) return index;
    merged.push(label);
  }
  return labels.length;
}
