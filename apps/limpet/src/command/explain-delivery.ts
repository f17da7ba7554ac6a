import { EXIT } from '../command-error.ts';
import { askForDeliveries } from '../explain/delivery-answer.ts';
import { deliveryText } from '../explain/delivery-report.ts';
import type { CommandIo } from '../io/command-io.ts';
import { ResultLines } from '../io/result-lines.ts';
import type { ExplainGapOptions } from './explain-gap.ts';

/** Asks a running agent where the scrape of a target is on its way to the receivers. */
export async function explainDeliveryCommand({ format, ...question }: ExplainGapOptions, io: CommandIo): Promise<number> {
  const lines = new ResultLines(io);
  for (const scrape of await askForDeliveries(question)) {
    if (format === 'json') await lines.add(JSON.stringify({ entry: 'delivery', ...scrape }));
    else for (const line of deliveryText(scrape)) await lines.add(line);
  }
  await lines.flush();
  return EXIT.ok;
}
