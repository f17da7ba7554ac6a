import { LINE_KINDS, LineTable, openLineMemory } from '@limpet/line-template';
import { parseText } from '@limpet/exposition';
import type { Stage } from './stage.ts';

/** The line template alone: a body is copied in, known lines are recognised and their values read. */
export function templateStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  const opened = openLineMemory();
  if (!opened.ok) throw opened.error;
  const { memory } = opened;
  const table = new LineTable(memory);
  learn(table, bodies[0] ?? new Uint8Array());
  return {
    name: 'read known lines by template',
    sampleCount,
    run(round) {
      const body = bodies[round % bodies.length] ?? new Uint8Array();
      table.begin();
      let count = 0;
      for (let start = 0; start < body.length;) {
        const end = memory.load(body, start);
        for (let at = start; ;) {
          const status = table.run(at - start, end - start, true);
          count += table.runCount;
          at = start + table.runEnd;
          if (status === 'odd') throw new Error(`a line is not known at byte ${at}`);
          if (status === 'done') break;
        }
        start = end;
      }
      if (count < sampleCount) throw new Error(`template: ${count} lines instead of ${sampleCount}`);
    },
  };
}

function learn(table: LineTable, body: Uint8Array): void {
  table.begin();
  let start = 0;
  for (const entry of parseText(body)) {
    const isSample = entry.kind === 'sample';
    const lineEnd = body.indexOf(0x0a, start);
    const [keyStart, keyEnd] = isSample ? [entry.keyStart, entry.keyEnd] : [start, lineEnd];
    if (table.find(body, keyStart, keyEnd) < 0) table.add(isSample ? LINE_KINDS.sample : LINE_KINDS.comment, 0, 0);
    start = lineEnd + 1;
  }
}
