import type { RemoteWritePorts } from '../src/ports.ts';

/** Ports that do nothing but write down what they are asked. `full` and `any` are what the ring is said to hold. */
export class FakePorts implements RemoteWritePorts {
  readonly calls: string[] = [];
  full = false;
  any = false;
  durable = false;

  attachRemote(): void {
    this.calls.push('attachRemote');
  }
  openQueue(): void {
    this.calls.push('openQueue');
  }
  startShards(_: string, count: number): void {
    this.calls.push(`startShards ${count}`);
  }
  pauseFeed(): void {
    this.calls.push('pauseFeed');
  }
  drainLog(): void {
    this.calls.push('drainLog');
  }
  evaluate(_: string, shards: number): void {
    this.calls.push(`evaluate ${shards}`);
  }
  release(): void {
    this.calls.push('release');
  }
  attachShard(): void {
    this.calls.push('attachShard');
  }
  hasFullBatch(): boolean {
    return this.full;
  }
  hasItems(): boolean {
    return this.any || this.full;
  }
  startSend(): void {
    this.calls.push('startSend');
  }
  timeOutSend(): void {
    this.calls.push('timeOutSend');
  }
  cancelSend(): void {
    this.calls.push('cancelSend');
  }
  noteBackoff(_: unknown, sleepMs: number): void {
    this.calls.push(`noteBackoff ${sleepMs}`);
  }
  keepsUnsent(): boolean {
    return this.durable;
  }
  detachShard(): void {
    this.calls.push('detachShard');
  }
  shardCrashed(): void {
    this.calls.push('shardCrashed');
  }
}
