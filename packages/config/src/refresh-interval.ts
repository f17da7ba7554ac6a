import { fieldPlace, refuse } from './reading.ts';
import type { INVALID, Place } from './reading.ts';

/** Refuses the zero interval, with which nothing would ever be refreshed (C-101). */
export function checkRefresh(intervalMs: number, place: Place): typeof INVALID | undefined {
  if (intervalMs > 0) return undefined;
  return refuse(fieldPlace(place, 'refresh_interval'), 'LIMPET_CONFIG_VALUE', 'refresh_interval must be greater than 0');
}
