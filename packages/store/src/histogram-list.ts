/**
 * Native histograms of some samples as bytes: for each one the step from the index before, its length and its bytes, as
 * varints and as they are. Nothing stands in front: the list ends where the bytes do.
 */
export function encodeHistogramList(histograms: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const bytes: Uint8Array[] = [];
  let size = 0;
  let before = 0;
  for (const [index, histogram] of [...histograms].sort(([a], [b]) => a - b)) {
    const head = Uint8Array.from([...varint(index - before), ...varint(histogram.length)]);
    bytes.push(head, histogram);
    size += head.length + histogram.length;
    before = index;
  }
  const list = new Uint8Array(size);
  let at = 0;
  for (const part of bytes) {
    list.set(part, at);
    at += part.length;
  }
  return list;
}

/** The histograms of a list for samples numbered below `count`. Throws a `RangeError` where the bytes are no such list. */
export function decodeHistogramList(bytes: Uint8Array, count: number): Map<number, Uint8Array> {
  const histograms = new Map<number, Uint8Array>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || scale > Number.MAX_SAFE_INTEGER) throw new RangeError('the list of histograms is damaged');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  for (let index = 0; at < bytes.length;) {
    index += number();
    const length = number();
    if (index >= count || length > bytes.length - at) throw new RangeError('the list of histograms is damaged');
    // a copy of its own: what it was read from need not stay
    histograms.set(index, bytes.slice(at, at + length));
    at += length;
  }
  return histograms;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}
