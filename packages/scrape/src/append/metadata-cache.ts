import type { FamilyMetadata, MetricType } from '@limpet/model';

/** The fields of a family's metadata, each set by lines of its own. */
export type MetadataField = 'type' | 'help' | 'unit';

interface Entry {
  /** Place in `#byTag`. */
  readonly tag: number;
  /** The line that set each field last; 0: not known. */
  readonly lines: Record<MetadataField, number>;
  type: MetricType;
  help: string;
  unit: string;
  lastSeen: number;
  /** Iteration in which a field last took another value. */
  lastChanged: number;
}

/** Iterations for which metadata outlives its family (S-144). */
export const METADATA_ITERATIONS_MAX = 10;

/**
 * Metadata of one target by family. TYPE, HELP and UNIT lines overwrite their own field only, so a unit that is no
 * longer exposed stays (S-155).
 */
export class MetadataCache {
  readonly #entries = new Map<string, Entry>();
  readonly #byTag: (Entry | undefined)[] = [];
  readonly #freeTags: number[] = [];
  #byteCount = 0;

  /** Number of families. */
  get count(): number {
    return this.#entries.size;
  }

  /** Bytes of help, unit and type of all families. */
  get bytes(): number {
    return this.#byteCount;
  }

  get(family: string): FamilyMetadata | undefined {
    const entry = this.#entries.get(family);
    return entry === undefined ? undefined : { family, type: entry.type, help: entry.help, unit: entry.unit };
  }

  /** All families in the order in which they were first seen. */
  list(): readonly FamilyMetadata[] {
    return [...this.#entries].map(([family, { type, help, unit }]) => ({ family, type, help, unit }));
  }

  /** Iteration in which a family's metadata last changed; `undefined` where it is not known. */
  lastChanged(family: string): number | undefined {
    return this.#entries.get(family)?.lastChanged;
  }

  setType(family: string, type: MetricType, iteration: number): void {
    const entry = this.#seen(family, iteration);
    if (entry.type === type) return;
    this.#byteCount += byteLength(type) - byteLength(entry.type);
    entry.type = type;
    entry.lines.type = 0;
    entry.lastChanged = iteration;
  }

  setHelp(family: string, help: string, iteration: number): void {
    const entry = this.#seen(family, iteration);
    if (entry.help === help) return;
    this.#byteCount += byteLength(help) - byteLength(entry.help);
    entry.help = help;
    entry.lines.help = 0;
    entry.lastChanged = iteration;
  }

  setUnit(family: string, unit: string, iteration: number): void {
    const entry = this.#seen(family, iteration);
    if (entry.unit === unit) return;
    this.#byteCount += byteLength(unit) - byteLength(entry.unit);
    entry.unit = unit;
    entry.lines.unit = 0;
    entry.lastChanged = iteration;
  }

  /** A number for the family, which must be known, until it is forgotten. */
  tagOf(family: string): number {
    return this.#entries.get(family)?.tag ?? -1;
  }

  /** Notes which line has just set a field of a family. */
  setLine(tag: number, field: MetadataField, line: number): void {
    const entry = this.#byTag[tag];
    if (entry !== undefined) entry.lines[field] = line;
  }

  /** Whether a line would set a field to what it is; then the family is seen. */
  seeLine(tag: number, field: MetadataField, line: number, iteration: number): boolean {
    const entry = this.#byTag[tag];
    if (entry === undefined || entry.lines[field] !== line) return false;
    entry.lastSeen = iteration;
    return true;
  }

  /** Forgets families that were last seen more than `METADATA_ITERATIONS_MAX` iterations ago. */
  flush(iteration: number): void {
    for (const [family, entry] of this.#entries) {
      if (iteration - entry.lastSeen <= METADATA_ITERATIONS_MAX) continue;
      this.#byteCount -= sizeOf(entry);
      this.#byTag[entry.tag] = undefined;
      this.#freeTags.push(entry.tag);
      this.#entries.delete(family);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#byTag.length = 0;
    this.#freeTags.length = 0;
    this.#byteCount = 0;
  }

  #seen(family: string, iteration: number): Entry {
    let entry = this.#entries.get(family);
    if (entry === undefined) {
      const tag = this.#freeTags.pop() ?? this.#byTag.length;
      entry = {
        tag,
        lines: { type: 0, help: 0, unit: 0 },
        type: 'unknown',
        help: '',
        unit: '',
        lastSeen: iteration,
        lastChanged: iteration,
      };
      this.#entries.set(family, entry);
      this.#byTag[tag] = entry;
      this.#byteCount += sizeOf(entry);
    }
    entry.lastSeen = iteration;
    return entry;
  }
}

function sizeOf({ type, help, unit }: Entry): number {
  return byteLength(type) + byteLength(help) + byteLength(unit);
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
