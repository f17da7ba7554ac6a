import { HASH_FACTORS, HASH_KEY_BYTES, HASH_KEYS, MASKS } from '../src/layout';

// Bytes of one step: two vectors, whose 32-bit words are multiplied with each other in pairs.
const STEP: usize = 32;

let first: v128 = i64x2.splat(0);
let second: v128 = i64x2.splat(0);

/** The hash under way of a text that comes in pieces. */
let pending: u64 = 0;

/**
 * A keyed 64-bit hash: two sums of products of keyed words (NH, each equal for two different texts with a chance of at
 * most 2^-32, whatever the texts, as long as the key is secret), joined by multiplication with secret odd numbers.
 * Texts longer than the key are hashed in blocks of its length.
 */
export function hashLine(at: usize, length: u32): u64 {
  return finish(begin(length), at, length);
}

/** Takes the next piece of a text of `total` bytes; pieces but the last are whole blocks. */
export function hashPiece(at: usize, length: u32, total: u32, isFirst: bool): void {
  if (isFirst) pending = begin(total);
  const end = at + <usize>length;
  for (; at < end; at += HASH_KEY_BYTES) pending = join(pending, at, HASH_KEY_BYTES);
}

/** The hash of a text whose last piece this is. */
export function hashLastPiece(at: usize, length: u32): u64 {
  return finish(pending, at, length);
}

// @ts-ignore: decorator
@inline
function begin(total: u32): u64 {
  return <u64>total * load<u64>(HASH_FACTORS + 16);
}

// @ts-ignore: decorator
@inline
function finish(h: u64, at: usize, length: u32): u64 {
  const end = at + <usize>length;
  while (end - at > <usize>HASH_KEY_BYTES) {
    h = join(h, at, HASH_KEY_BYTES);
    at += HASH_KEY_BYTES;
  }
  h = join(h, at, end - at);
  h ^= h >> 32;
  h *= load<u64>(HASH_FACTORS + 24);
  return h ^ (h >> 29);
}

// @ts-ignore: decorator
@inline
function join(h: u64, at: usize, length: usize): u64 {
  sum(at, length);
  const a = i64x2.extract_lane(first, 0) + i64x2.extract_lane(first, 1);
  const b = i64x2.extract_lane(second, 0) + i64x2.extract_lane(second, 1);
  return rotl<u64>(h, 23) * load<u64>(HASH_FACTORS + 24) + <u64>a * load<u64>(HASH_FACTORS) + rotl<u64>(<u64>b, 32) * load<u64>(HASH_FACTORS + 8);
}

// @ts-ignore: decorator
@inline
function sum(at: usize, length: usize): void {
  let one = i64x2.splat(0);
  let two = i64x2.splat(0);
  let key: usize = HASH_KEYS;
  const end = at + length;
  while (at + STEP <= end) {
    const low = v128.load(at);
    const high = v128.load(at, 16);
    one = i64x2.add(one, products(low, high, key));
    two = i64x2.add(two, products(low, high, key + HASH_KEY_BYTES));
    at += STEP;
    key += STEP;
  }
  const rest = end - at;
  if (rest > 0) {
    const masks = <usize>MASKS + 32 - rest;
    const low = v128.and(v128.load(at), v128.load(masks));
    const high = v128.and(v128.load(at, 16), v128.load(masks, 16));
    one = i64x2.add(one, products(low, high, key));
    two = i64x2.add(two, products(low, high, key + HASH_KEY_BYTES));
  }
  first = one;
  second = two;
}

// @ts-ignore: decorator
@inline
function products(low: v128, high: v128, key: usize): v128 {
  const a = i32x4.add(low, v128.load(key));
  const b = i32x4.add(high, v128.load(key, 16));
  return i64x2.add(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b));
}
