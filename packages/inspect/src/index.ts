export { eventLabel } from './event-label.ts';
export type { HandlingState } from './event-label.ts';
export { mermaid } from './mermaid.ts';
export { statechartMarkdown } from './statechart-markdown.ts';
export { statechartOf } from './statechart.ts';
export type { Statechart, StatechartEdge, StatechartNode } from './statechart.ts';
