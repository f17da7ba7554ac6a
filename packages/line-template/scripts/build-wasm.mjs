// Compiles assembly/ to dist/line-template.wasm, unless that has been done for the same sources, compiler and flags.
// Runs on any Node from 20 on, also as part of `pnpm install`, so plain JavaScript.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = [
  ...readdirSync(`${root}assembly`)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `assembly/${name}`),
  'src/layout.ts',
];
const MODULE = `${root}dist/line-template.wasm`;
const STAMP = `${root}dist/line-template.sha256`;
const FLAGS = ['--runtime', 'stub', '--enable', 'simd', '--noAssert', '-O3', '--converge', '--noExportMemory', '--importMemory'];

/** Changes whenever the module would. */
function fingerprint(version) {
  const hash = createHash('sha256').update(JSON.stringify([version, FLAGS]));
  for (const name of sources) hash.update(name).update(readFileSync(`${root}${name}`));
  return hash.update(readFileSync(fileURLToPath(import.meta.url))).digest('hex');
}

/** Compiler messages as they are written. */
class Messages {
  text = '';
  write(chunk) {
    this.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  }
}

async function compile() {
  const asc = await import('assemblyscript/asc');
  const messages = new Messages();
  let compiled;
  const { error } = await asc.main(['assembly/index.ts', '--outFile', 'line-template.wasm', ...FLAGS], {
    stderr: messages,
    readFile: (name) => (existsSync(root + name) ? readFileSync(root + name, 'utf8') : null),
    writeFile: (_, contents) => (compiled = contents),
    listFiles: () => [],
  });
  if (error !== null || compiled === undefined) throw new Error(`assembly/ does not compile\n${messages.text}`);
  return compiled;
}

/** `undefined` where the compiler is not installed, as in an installation without development dependencies. */
function compilerVersion() {
  try {
    return JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('assemblyscript/package.json')), 'utf8')).version;
  } catch {
    return undefined;
  }
}

function isCurrent(wanted) {
  return existsSync(MODULE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted;
}

const version = compilerVersion();
if (version === undefined) console.error('assemblyscript is not installed: known lines are read by the reference parsers');
else {
  const wanted = fingerprint(version);
  if (!isCurrent(wanted)) {
    const bytes = await compile();
    mkdirSync(`${root}dist`, { recursive: true });
    // Whole or not at all: others may be reading it, or building it too.
    const unfinished = `${MODULE}.${process.pid}`;
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, MODULE);
    writeFileSync(STAMP, wanted);
  }
}
