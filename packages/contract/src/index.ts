export { runAppendableContract } from './appendable-contract.ts';
export type { AppendableContract, AppendableSubject, DeliveredSample } from './appendable-contract.ts';
export { BATCH_TIMESTAMP_MS, batchOf, overwriteBatch, releaseBatch } from './batch-of.ts';
export type { BatchSpec, SampleSpec } from './batch-of.ts';
export { protobufBody } from './protobuf-body.ts';
export type { ExemplarSpec, FamilySpec, HistogramSpec, MetricSpec } from './protobuf-body.ts';
