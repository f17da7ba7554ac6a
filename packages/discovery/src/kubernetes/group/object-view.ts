import type { Resource, ResourceObjects } from '../object/kubernetes-object.ts';

/** Looks up other objects while a group is built; undefined where there is none, or none that is watched. */
export interface ObjectView {
  find<Of extends Resource>(resource: Of, key: string): ResourceObjects[Of] | undefined;
}
