import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SenderProgram } from '../interop/program/sender.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Limpet with the flags of Node that its first line asks for: as it runs where it is installed. */
export function asInstalled(sender: SenderProgram): SenderProgram {
  const [first = ''] = readFileSync(MAIN, 'utf8').split('\n');
  const flags = /^#!\/usr\/bin\/env -S node (.+)$/.exec(first)?.[1];
  if (flags === undefined) throw new Error(`${MAIN} names no flags of Node`);
  return { ...sender, args: [...flags.split(' '), ...sender.args] };
}
