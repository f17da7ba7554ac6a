/** The bits of the NaN that marks a series as gone. Written to bytes only; never carried as a JavaScript number. */
export const STALE_NAN_BITS = 0x7ff0000000000002n;
/** The bits of every other NaN: what a target exposes as NaN is stored so, hence nobody can inject a stale marker. */
export const NORMAL_NAN_BITS = 0x7ff8000000000001n;

/** The eight bytes of a sample's value, little endian, exact also for the two NaNs. */
export function writeValue(view: DataView, at: number, value: number, isStale: boolean): void {
  if (isStale) view.setBigUint64(at, STALE_NAN_BITS, true);
  else if (Number.isNaN(value)) view.setBigUint64(at, NORMAL_NAN_BITS, true);
  else view.setFloat64(at, value, true);
}

/** Whether eight bytes hold a stale marker. */
export function isStaleMarker(view: DataView, at: number): boolean {
  return view.getBigUint64(at, true) === STALE_NAN_BITS;
}
