import { METRIC_TYPES } from '@limpet/model';
import type { FamilyMetadata } from '@limpet/model';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Metadata of families as small numbers: the first time with its texts, from then on by its number. */
export class MetadataNames {
  readonly #numbers = new Map<string, number>();

  write(writer: ByteWriter, { family, type, help, unit }: FamilyMetadata): void {
    const key = JSON.stringify([family, type, help, unit]);
    const known = this.#numbers.get(key);
    writer.uvarint(known ?? this.#numbers.size);
    if (known !== undefined) return;
    this.#numbers.set(key, this.#numbers.size);
    writer.byte(METRIC_TYPES.indexOf(type));
    for (const text of [family, help, unit]) writer.text(text);
  }
}

/** What `MetadataNames` wrote, read. */
export class MetadataTexts {
  readonly #known: FamilyMetadata[] = [];

  read(reader: ByteReader): FamilyMetadata {
    const number = reader.uvarint();
    const known = this.#known[number];
    if (known !== undefined) return known;
    const type = METRIC_TYPES[reader.byte()];
    if (number !== this.#known.length || type === undefined) throw new RangeError('metadata in the record is not known');
    const metadata = { type, family: reader.text(), help: reader.text(), unit: reader.text() };
    this.#known.push(metadata);
    return metadata;
  }
}
