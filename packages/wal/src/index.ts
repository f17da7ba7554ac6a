export { WalError } from './errors.ts';
export type { WalErrorCode } from './errors.ts';
export { liveWalFiles } from './live/live-files.ts';
export type { DroppedFromLog } from './log/wal-log.ts';
export type { ReadBatch, WalReader } from './log/wal-reader.ts';
export type { FileFacts, WalFile, WalFiles } from './ports.ts';
export { createStorage } from './storage.ts';
export type { Storage, StorageOptions } from './storage.ts';
export { storageMachine } from './storage/storage.machine.ts';
