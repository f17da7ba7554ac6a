import { EXIT } from '../command-error.ts';
import { askForGaps } from '../explain/gap-answer.ts';
import { gapText } from '../explain/gap-report.ts';
import type { CommandIo } from '../io/command-io.ts';
import { ResultLines } from '../io/result-lines.ts';

/** The command line of `limpet explain gap`, understood. */
export interface ExplainGapOptions {
  readonly target: string;
  readonly at?: string;
  readonly url: string;
  readonly format: 'text' | 'json';
}

/** Asks a running agent what became of a tick of a target, and prints it for every target of that name. */
export async function explainGapCommand({ format, ...question }: ExplainGapOptions, io: CommandIo): Promise<number> {
  const targets = await askForGaps(question);
  const lines = new ResultLines(io);
  for (const [index, target] of targets.entries()) {
    const { id, scrapePool, scrapeUrl, explanation } = target;
    if (format === 'json') await lines.add(JSON.stringify({ entry: 'gap', id, scrapePool, scrapeUrl, ...explanation }));
    else for (const line of [...(index === 0 ? [] : ['']), ...gapText(target)]) await lines.add(line);
  }
  await lines.flush();
  return EXIT.ok;
}
