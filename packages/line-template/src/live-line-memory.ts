import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LineMemory, SECRET_BYTES } from './line-memory.ts';
import { webAssembly } from './web-assembly.ts';
import type { CompiledModule } from './web-assembly.ts';

/** Where the build puts the module, seen from the sources and from a package that was emitted alike. */
const MODULE_FILE = fileURLToPath(new URL('../dist/line-template.wasm', import.meta.url));

export type OpenedLineMemory = { readonly ok: true; readonly memory: LineMemory } | { readonly ok: false; readonly error: Error };

/** Compiled once for all agents of the process. */
let compiled: CompiledModule | undefined;

/**
 * A line memory with a secret of its own. Refused where the module was not built, or where this machine's WebAssembly
 * has no vectors; then bodies are read by the reference parsers alone.
 */
export function openLineMemory(file: string = MODULE_FILE): OpenedLineMemory {
  try {
    const module = file === MODULE_FILE ? (compiled ??= moduleOf(file)) : moduleOf(file);
    return { ok: true, memory: new LineMemory(module, randomBytes(SECRET_BYTES)) };
  } catch (cause) {
    return { ok: false, error: new Error(`the line template is not available: ${cause instanceof Error ? cause.message : ''}`, { cause }) };
  }
}

function moduleOf(file: string): CompiledModule {
  const bytes = readFileSync(file);
  if (!webAssembly.validate(bytes)) throw new Error('this machine does not run WebAssembly with 128-bit vectors');
  return new webAssembly.Module(bytes);
}
