import { ProtobufError } from './protobuf-error.ts';

/** How a field is written. Groups (3, 4) are only skipped. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** Bytes `start` … `end` of a body. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Messages and packed numbers in the message that a reader has entered: labels, buckets, spans, deltas … of one metric. */
export const ITEMS_MAX = 100_000;
const VARINT_BYTES_MAX = 10;
const LENGTH_BYTES_MAX = 5;
const GROUP_DEPTH_MAX = 100;
const TWO_32 = 0x1_0000_0000;

/**
 * Reads protobuf fields from bytes, forward only. `next` moves to a field and names it; then exactly one of the reading
 * methods or `skip` takes its content. Each throws `ProtobufError` where the bytes are no such content.
 */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  /** Number and wire type of the field under way, and where its tag begins. */
  field = 0;
  wire = 0;
  fieldStart = 0;
  readonly #view: DataView;
  #at: number;
  #itemsLeft = ITEMS_MAX;
  /** End of the message under way. */
  #end: number;
  /** The halves of the last varint, each an integer below 2^32. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** Goes to a message elsewhere in the body, which is now the one under way. Returns this reader. */
  enter({ start, end }: Span): this {
    this.#at = start;
    this.#end = end;
    this.#itemsLeft = ITEMS_MAX;
    return this;
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  error(fault: string): ProtobufError {
    return new ProtobufError(fault, this.#at);
  }

  /** Moves to the next field of the message under way; false at its end. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    this.fieldStart = this.#at;
    this.#varint(VARINT_BYTES_MAX);
    this.field = (this.#low >>> 3) | 0;
    this.wire = this.#low & 7;
    if (this.#high !== 0 || this.field === 0) throw this.error('illegal field number');
    return true;
  }

  /** A length that stands by itself, in front of a message of a stream (E-170). */
  streamLength(): number {
    return this.#length();
  }

  /** Passes over some bytes. */
  pass(size: number): void {
    if (size > this.#end - this.#at) throw this.error('unexpected end');
    this.#at += size;
  }

  /** Reads the message of the field under way into something, with a function that goes through its fields. */
  message<Into>(read: (reader: ProtobufReader, into: Into) => void, into: Into): void {
    this.#takeItem();
    const outer = this.#end;
    this.#end = this.#bytesEnd();
    read(this, into);
    this.#end = outer;
  }

  /** The place of the content of a field of bytes, which is passed over. */
  span(): Span {
    const end = this.#bytesEnd();
    const span = { start: this.#at, end };
    this.#at = end;
    return span;
  }

  /** An unsigned integer; above 2^53 the nearest double. */
  unsigned(): number {
    this.#expect(WIRE.varint);
    this.#varint(VARINT_BYTES_MAX);
    return this.#high * TWO_32 + this.#low;
  }

  /** An `int64` or `int32`, two's complement. */
  signed(): number {
    this.#expect(WIRE.varint);
    this.#varint(VARINT_BYTES_MAX);
    return (this.#high | 0) * TWO_32 + this.#low;
  }

  /** A `sint32` or `sint64`, zigzag. */
  zigzag(): number {
    this.#expect(WIRE.varint);
    return this.#zigzag();
  }

  double(): number {
    this.#expect(WIRE.fixed64);
    return this.#double();
  }

  /** Adds the numbers of a repeated field, packed or not (E-173). */
  zigzags(into: number[]): void {
    if (this.wire !== WIRE.bytes) this.#add(into, this.zigzag());
    else for (const end = this.#bytesEnd(); this.#at < end;) this.#add(into, this.#zigzag(end));
  }

  /** As `zigzags`. */
  doubles(into: number[]): void {
    if (this.wire !== WIRE.bytes) this.#add(into, this.double());
    else for (const end = this.#bytesEnd(); this.#at < end;) this.#add(into, this.#double(end));
  }

  /** Passes over the content of a field that nobody wants. */
  skip(): void {
    switch (this.wire) {
      case WIRE.varint:
        this.#varint(VARINT_BYTES_MAX);
        return;
      case WIRE.fixed64:
        this.pass(8);
        return;
      case WIRE.fixed32:
        this.pass(4);
        return;
      case WIRE.bytes:
        this.#at = this.#bytesEnd();
        return;
      case WIRE.groupStart:
        this.#skipGroup();
        return;
      default:
        throw this.error(`illegal wire type ${this.wire}`);
    }
  }

  #add(into: number[], value: number): void {
    this.#takeItem();
    into.push(value);
  }

  /** Bytes are cheap and what is made of them is not: a metric may not be as large as a body. */
  #takeItem(): void {
    if (--this.#itemsLeft < 0) throw this.error(`more than ${ITEMS_MAX} parts in one metric`);
  }

  #skipGroup(): void {
    for (let depth = 1; depth > 0;) {
      if (!this.next()) throw this.error('unexpected end');
      if (this.wire === WIRE.groupEnd) depth--;
      else if (this.wire !== WIRE.groupStart) this.skip();
      else if (++depth > GROUP_DEPTH_MAX) throw this.error('groups are nested too deep');
    }
  }

  #expect(wire: number): void {
    if (this.wire !== wire) throw this.error(`wrong wire type ${this.wire} of field ${this.field}`);
  }

  #bytesEnd(): number {
    this.#expect(WIRE.bytes);
    const length = this.#length();
    return this.#at + length;
  }

  #length(): number {
    this.#varint(LENGTH_BYTES_MAX);
    const length = this.#high * TWO_32 + this.#low;
    if (length > this.#end - this.#at) throw this.error('length beyond the end');
    return length;
  }

  #zigzag(end: number = this.#end): number {
    this.#varint(VARINT_BYTES_MAX, end);
    const sign = -(this.#low & 1);
    const low = ((this.#low >>> 1) | (this.#high << 31)) ^ sign;
    const high = (this.#high >>> 1) ^ sign;
    return high * TWO_32 + (low >>> 0);
  }

  #double(end: number = this.#end): number {
    if (end - this.#at < 8) throw this.error('unexpected end');
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** Reads a varint into `low` and `high`; what goes beyond 64 bits is dropped, as everywhere. */
  #varint(bytesMax: number, end: number = this.#end): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < bytesMax; index++) {
      if (this.#at >= end) throw this.error('unexpected end');
      const byte = this.bytes[this.#at++] ?? 0;
      const bits = byte & 0x7f;
      const shift = 7 * index;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw this.error('a number that is too long');
  }
}
