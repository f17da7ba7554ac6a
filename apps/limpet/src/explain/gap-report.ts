import type { AnsweredTarget, AnsweredTick } from './gap-answer.ts';

/** Why there is nothing to explain, by the word of the answer. */
const NOTHING: Readonly<Record<string, string>> = {
  tooOld: 'That is longer ago than the ticks that are kept.',
  notYet: 'The tick of that time has not ended yet.',
  noTick: 'The target had no tick at that time: its schedule had just changed.',
};

/** What became of a tick of one target, for people. */
export function gapText({ id, scrapePool, scrapeUrl, ticks, explanation }: AnsweredTarget): readonly string[] {
  const head = `${scrapeUrl} in ${scrapePool} (${id})`;
  if (!explanation.found) {
    const none = `No sample is missing among its last ${ticks.length} ticks.`;
    return [head, NOTHING[explanation.why] ?? none, ...ticks.slice(-NEWEST_SHOWN).map((tick) => line(tick, false))];
  }
  const { tick, meaning, hint, neighbours } = explanation;
  return [
    head,
    `${tick.at} ${wordOf(tick)}`,
    `The target was due at ${tick.at}: ${meaning}`,
    `Hint: ${hint}`,
    '',
    ...neighbours.map((each) => line(each, each.at === tick.at && each.outcome === tick.outcome)),
  ];
}

const NEWEST_SHOWN = 3;

function line(tick: AnsweredTick, isChosen: boolean): string {
  return `${isChosen ? '>' : ' '} ${tick.at}  ${wordOf(tick)}`;
}

function wordOf({ outcome, reason }: AnsweredTick): string {
  return reason === '' ? outcome : `${outcome} (${reason})`;
}
