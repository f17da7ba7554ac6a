import { POWER_OF_FIVE_MAX, POWER_OF_FIVE_MIN, POWERS_OF_FIVE, POWERS_OF_TEN } from './layout.ts';

/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = 23;
const BITS = 128n;

/** Writes the tables that numbers are read with. */
export function writeNumberTables(view: DataView): void {
  for (let exponent = 0; exponent < EXACT_POWERS; exponent++) view.setFloat64(POWERS_OF_TEN + 8 * exponent, Number(`1e${exponent}`), true);
  for (let exponent = POWER_OF_FIVE_MIN; exponent <= POWER_OF_FIVE_MAX; exponent++) {
    const bits = upperBits(exponent);
    const at = POWERS_OF_FIVE + 16 * (exponent - POWER_OF_FIVE_MIN);
    view.setBigUint64(at, bits >> 64n, true);
    view.setBigUint64(at + 8, BigInt.asUintN(64, bits), true);
  }
}

/** The upper 128 bits of 5^exponent: cut off for positive exponents, rounded up for negative ones. */
function upperBits(exponent: number): bigint {
  const power = 5n ** BigInt(Math.abs(exponent));
  const length = BigInt(power.toString(2).length);
  if (exponent >= 0) return length <= BITS ? power << (BITS - length) : power >> (length - BITS);
  // 2^k ÷ power has 128 bits for the smallest k at which the quotient reaches 2^127
  const isPowerOfTwo = power === 1n << (length - 1n);
  const shift = length + BITS - (isPowerOfTwo ? 2n : 1n);
  return (1n << shift) / power + 1n;
}
