import { parseRelabelConfigs } from '@limpet/config';
import { compileRules, explain, relabel } from '@limpet/relabel';
import type { CompiledRules, NameValidationScheme } from '@limpet/relabel';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { inputLines, openInput, wholeText } from '../io/input.ts';
import { ResultLines } from '../io/result-lines.ts';
import { LabelSetError, labelSetJson, parseLabelSet } from './label-set-json.ts';
import { relabelStepsJson } from './relabel-steps.ts';

/** The command line of `limpet relabel`, understood. */
export interface RelabelCommandOptions {
  readonly file: string | undefined;
  readonly rules: string;
  readonly explain?: boolean;
  readonly nameValidationScheme: NameValidationScheme;
}

/** Applies the rules of a file to label sets, one JSON object a line, and prints what each becomes. Ends at the first bad line. */
export async function relabelCommand(options: RelabelCommandOptions, io: CommandIo): Promise<number> {
  const { rules: file, nameValidationScheme: scheme } = options;
  if (file === '-') throw new CommandError('--rules takes a file: standard input holds the label sets', 2);
  const parsed = parseRelabelConfigs({ file, text: await wholeText(openInput(file, io)), scheme });
  if (!parsed.ok) {
    io.writeErr(`${parsed.error.print()}\n`);
    return EXIT.failure;
  }
  const rules = compileRules(parsed.value, scheme);
  const resultOf = options.explain === true ? explanation : outcome;
  const input = openInput(options.file, io);
  const results = new ResultLines(io);
  for await (const { text, line } of inputLines(input)) {
    if (text.trim() === '') continue;
    try {
      await results.add(resultOf(text, rules));
    } catch (error) {
      if (!(error instanceof LabelSetError)) throw error;
      await results.flush();
      const place = error.column === undefined ? `${input.name}:${line}` : `${input.name}:${line}:${error.column}`;
      io.writeErr(`${place}: ${error.message}\n`);
      return EXIT.failure;
    }
  }
  await results.flush();
  return EXIT.ok;
}

function outcome(line: string, rules: CompiledRules): string {
  const labels = relabel(parseLabelSet(line), rules);
  return labels === undefined ? 'null' : labelSetJson(labels);
}

function explanation(line: string, rules: CompiledRules): string {
  return relabelStepsJson(explain(parseLabelSet(line), rules));
}
