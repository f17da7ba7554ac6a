import type { Labels } from './labels.ts';

/**
 * Targets that a discovery mechanism found in one place, with the labels they share.
 * Source: Prometheus 3.14, discovery/targetgroup.
 */
export interface TargetGroup {
  /** Names the place within its provider; a later group of the same source replaces this one. */
  readonly source: string;
  /** One label set a target; usually just `__address__`. Empty = the source has no targets any more. */
  readonly targets: readonly Labels[];
  /** Labels of every target of the group that does not have them itself. */
  readonly labels: Labels;
}
