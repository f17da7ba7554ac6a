import { labelsFrom } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';

/** A line that holds no label set, and where in the line that shows. */
export class LabelSetError extends Error {
  override readonly name = 'LabelSetError';
  readonly code = 'LIMPET_LABEL_SET';
  /** From 1; undefined where the fault has no place of its own. */
  readonly column: number | undefined;

  constructor(message: string, column?: number, options?: ErrorOptions) {
    super(message, options);
    this.column = column;
  }
}

/** Reads a label set from a JSON object of strings; empty values vanish. Throws a `LabelSetError`. */
export function parseLabelSet(json: string): Labels {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LabelSetError('a label set is a JSON object');
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return labelsFrom(entries.map(([name, text]): Label => [name, labelText(name, text)]));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = / in JSON at position (\d+)/.exec(message);
    const column = position === null ? undefined : Number(position[1]) + 1;
    throw new LabelSetError(`not JSON: ${message.replace(/ in JSON at position.*$/s, '')}`, column, { cause });
  }
}

function labelText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new LabelSetError(`the value of label ${JSON.stringify(name)} is not a string`);
}

/** A label set as a JSON object, its names in byte order: an object of JavaScript would put `1` before `a`. */
export function labelSetJson(labels: Labels): string {
  return `{${labels.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}
