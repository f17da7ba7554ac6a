import type { ExpectLine } from './log-line.ts';

/** `<labels> <timestamp> <value> 0x<64 bits>`, or `<labels> <timestamp> {<histogram>}`. Labels may hold blanks. */
const LINE = /^(.*) (-?\d+) (?:\S+ 0x([0-9a-f]{16})|(\{.*\}))$/s;
const STALE_BITS = '7ff0000000000002';

/** Packs lines of samples for a file: every label set is written once, and named by a number afterwards. */
export class SamplePacker {
  readonly #numbers = new Map<string, number>();

  /** Forgets all label sets, for a file of its own. */
  reset(): void {
    this.#numbers.clear();
  }

  /** The fields of a line of what is expected. */
  pack(lines: readonly string[]): Pick<ExpectLine, 's' | 'l'> {
    const fresh: Record<string, string> = {};
    let time = '';
    const words: string[] = [];
    for (const line of lines) {
      const [, labels = '', timestamp = '', bits, histogram] = LINE.exec(line) ?? [];
      if (timestamp !== time) words.push(`@${timestamp}`);
      time = timestamp;
      words.push(`${this.#numberOf(labels, fresh)}:${bits ?? histogram ?? ''}`);
    }
    return { s: words.join(' '), ...(Object.keys(fresh).length > 0 && { l: fresh }) };
  }

  #numberOf(labels: string, fresh: Record<string, string>): number {
    let number = this.#numbers.get(labels);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(labels, number);
      fresh[number] = labels;
    }
    return number;
  }
}

/** Unpacks what `SamplePacker` has packed. Has to see every line of a file, from its first. */
export class SampleUnpacker {
  readonly #labels = new Map<string, string>();

  /** Takes the label sets of a line in, whether or not its samples are wanted. */
  note({ l = {} }: ExpectLine): void {
    for (const [number, labels] of Object.entries(l)) this.#labels.set(number, labels);
  }

  /** The lines that were packed. */
  unpack({ s = '' }: ExpectLine): readonly string[] {
    const lines: string[] = [];
    let time = '';
    for (const word of s.split(' ')) {
      if (word === '') continue;
      if (word.startsWith('@')) {
        time = word.slice(1);
        continue;
      }
      const colon = word.indexOf(':');
      const packed = word.slice(colon + 1);
      const value = packed.startsWith('{') ? packed : `${valueOf(packed)} 0x${packed}`;
      lines.push(`${this.#labels.get(word.slice(0, colon)) ?? ''} ${time} ${value}`);
    }
    return lines;
  }
}

function valueOf(bits: string): string {
  return bits === STALE_BITS ? 'stale' : String(Buffer.from(bits, 'hex').readDoubleBE());
}
