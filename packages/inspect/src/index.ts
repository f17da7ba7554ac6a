export { chartFingerprint } from './chart/machine-chart.ts';
export { drawnEdges } from './drawn-edge.ts';
export type { DrawnEdge } from './drawn-edge.ts';
export { eventLabel } from './event-label.ts';
export type { HandlingState } from './event-label.ts';
export { mermaid } from './mermaid.ts';
export type { ActorTimer } from './observe/actor-detail.ts';
export { crowdMembers } from './observe/crowd-members.ts';
export type { CrowdMember, MembersQuery } from './observe/crowd-members.ts';
export type {
  ActorMessage,
  CountsMessage,
  CrowdCounts,
  DetailMessage,
  DetailTimer,
  GapMessage,
  GoneMessage,
  HelloMessage,
  InspectedActor,
  InspectMessage,
  StepMessage,
  TreeMessage,
} from './observe/inspect-message.ts';
export { COUNTS_INTERVAL_MS, Inspector, SPOTLIGHT_MAX } from './observe/inspector.ts';
export type { InspectorOptions, InspectSource } from './observe/inspector.ts';
export { RING_STEPS_MAX } from './observe/step-ring.ts';
export { Viewer, WAITING_STEPS_MAX } from './observe/viewer.ts';
export type { ViewerOptions } from './observe/viewer.ts';
export { STATELY_WAITING_MAX, StatelyViewer } from './stately/stately-viewer.ts';
export type { StatelyActor, StatelyEvent, StatelyMessage, StatelyShownSnapshot, StatelySnapshot } from './stately/stately-message.ts';
export { statechartMarkdown } from './statechart-markdown.ts';
export { statechartOf } from './statechart.ts';
export type { Statechart, StatechartEdge, StatechartNode } from './statechart.ts';
