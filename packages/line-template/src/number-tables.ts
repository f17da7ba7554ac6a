import { POWER_OF_FIVE_MAX, POWER_OF_FIVE_MIN, POWERS_OF_FIVE, POWERS_OF_TEN, RUN_ROWS } from './layout.ts';

/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = 23;
const BITS = 128n;

let tables: Uint8Array | undefined;

/** The powers of ten, and behind them those of five, as numbers are read with them. Worked out once for all memories. */
export function numberTables(): Uint8Array {
  if (tables !== undefined) return tables;
  tables = new Uint8Array(RUN_ROWS - POWERS_OF_TEN);
  writeTables(new DataView(tables.buffer));
  return tables;
}

function writeTables(view: DataView): void {
  for (let exponent = 0; exponent < EXACT_POWERS; exponent++) view.setFloat64(8 * exponent, Number(`1e${exponent}`), true);
  for (let exponent = POWER_OF_FIVE_MIN; exponent <= POWER_OF_FIVE_MAX; exponent++) {
    const bits = upperBits(exponent);
    const at = POWERS_OF_FIVE - POWERS_OF_TEN + 16 * (exponent - POWER_OF_FIVE_MIN);
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
  const shift = length + BITS - 1n;
  return (1n << shift) / power + 1n;
}
