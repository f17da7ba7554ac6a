/** A protobuf body that is refused. Entries before it have been yielded; the scrape takes them back (E-012). */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
  readonly code = 'LIMPET_PARSE_PROTOBUF';
  /** Byte offset in the body, from 0, near which the fault lies. */
  readonly offset: number;

  constructor(fault: string, offset: number) {
    super(`protobuf: ${fault} at byte ${offset}`);
    this.offset = offset;
  }
}
