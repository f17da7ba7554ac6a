/** The bits of the NaN that says a series has ended (W-030). */
const STALE_NAN_BITS = 0x7ff0000000000002n;
/** The bits of every other NaN (W-031). */
const NORMAL_NAN_BITS = 0x7ff8000000000001n;

/** A value as text that differs for every two values whose bits differ. */
export function valueText(bits: bigint): string {
  if (bits === STALE_NAN_BITS) return 'stale';
  if (bits === NORMAL_NAN_BITS) return 'NaN';
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  const value = view.getFloat64(0);
  if (Number.isNaN(value)) return `NaN(0x${bits.toString(16)})`;
  return Object.is(value, -0) ? '-0' : String(value);
}
