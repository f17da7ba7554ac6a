export { KIND_SHIFT } from './layout.ts';
export { LineMemory, SECRET_BYTES } from './line-memory.ts';
export { LINE_KINDS, LineTable, ROW_WORDS } from './line-table.ts';
export type { LineKind, OnForgotten, RunStatus } from './line-table.ts';
export { openLineMemory } from './live-line-memory.ts';
export type { OpenedLineMemory } from './live-line-memory.ts';
