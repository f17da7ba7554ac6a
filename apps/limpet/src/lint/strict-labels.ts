import { parseLabelFloat } from '@limpet/exposition';
import type { Label } from '@limpet/model';

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const BLANKS: ReadonlySet<number | undefined> = new Set([0x20, 0x09]);
/** `,` `}` `=`: what may follow a quoted text. */
const AFTER_QUOTED: ReadonlySet<number | undefined> = new Set([0x2c, 0x7d, 0x3d]);

/**
 * What a strict parser holds against the labels of a series that the scrape parser has read. `partLabel` is the label that
 * has to be a number; `text` is the series as exposed, where its format leaves a choice in writing it.
 */
export function strictLabelFaults(
  labels: readonly Label[],
  partLabel: string | undefined,
  text: Uint8Array | undefined,
): readonly string[] {
  const isRepeated = labels.some(([name], index) => name === labels[index - 1]?.[0]);
  const isNoNumber = labels.some(([name, value]) => name === partLabel && parseLabelFloat(value) === undefined);
  return [
    ...(isRepeated ? ['label names should not be repeated'] : []),
    ...(isNoNumber ? [`"${partLabel}" label should be a number`] : []),
    ...(text !== undefined && lacksComma(text) ? ['labels should have commas between them'] : []),
  ];
}

/** Whether one label follows another directly (E-052). */
function lacksComma(text: Uint8Array): boolean {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (isQuoted && text[at] === BACKSLASH) at++;
    else if (text[at] === QUOTE) {
      isQuoted = !isQuoted;
      if (!isQuoted && !AFTER_QUOTED.has(nextToken(text, at + 1))) return true;
    }
  }
  return false;
}

function nextToken(text: Uint8Array, from: number): number | undefined {
  let at = from;
  while (BLANKS.has(text[at])) at++;
  return text[at];
}
