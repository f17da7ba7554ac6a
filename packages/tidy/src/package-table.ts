/** One row of the package table of docs/style.md. */
export interface PackageRow {
  readonly name: string;
  readonly mayImport: readonly string[];
  readonly outside: readonly string[];
}

const ROW = /^\| `([a-z-]+)` \|([^|]*)\|([^|]*)\|([^|]*)\|$/gm;

/** Reads the table. "all above" stands for every package of the rows before. */
export function packageTable(markdown: string): PackageRow[] {
  const rows: PackageRow[] = [];
  for (const [, name = '', , imports = '', outside = ''] of markdown.matchAll(ROW)) {
    const isAllAbove = imports.trim() === 'all above';
    rows.push({ name, mayImport: isAllAbove ? rows.map((row) => row.name) : words(imports), outside: words(outside) });
  }
  return rows;
}

function words(cell: string): string[] {
  return cell.split(/[\s,]+/).filter((word) => word !== '' && word !== '–');
}

/** The packages and modules that a file imports, `node:` ones included; relative imports left out. */
export function importedModules(text: string): string[] {
  const modules = [...text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\('([^']+)'\)/gm)];
  return modules.map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '').filter((name) => !name.startsWith('.'));
}

/** `@scope/name/deep` → `@scope/name`; `name/deep` → `name`. */
export function packageOf(module: string): string {
  const parts = module.split('/');
  return module.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
