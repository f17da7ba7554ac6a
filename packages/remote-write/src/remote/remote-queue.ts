import { redactedUrl } from '@limpet/config';
import type { AppendVerdict, ScrapeBatch } from '@limpet/model';
import type { ShardKey } from '../ports.ts';
import { BatchLog } from '../queue/batch-log.ts';
import { Feeder } from '../queue/feeder.ts';
import { noCounts, QueueCounters, totalOf } from '../queue/queue-counters.ts';
import { ShardRing } from '../queue/shard-ring.ts';
import { WalTail } from '../queue/wal-tail.ts';
import { desiredShards } from '../reshard/desired-shards.ts';
import { ThroughputMeter } from '../reshard/throughput-meter.ts';
import { countsOf } from '../send/batch.ts';
import type { ClientLease } from '../send/client-lease.ts';
import { MessageInForce } from '../send/message-in-force.ts';
import { RequestJournal } from '../send/request-journal.ts';
import { ShardSender } from '../send/shard-sender.ts';
import type { ShardSenderOptions } from '../send/shard-sender.ts';
import { WireSeriesCache } from '../series/wire-series-cache.ts';
import type { ShardEvent } from '../shard/shard-events.ts';
import type { RemoteEvent } from './remote-events.ts';
import type { RemoteQueueOptions } from './remote-queue-options.ts';

/** Waiting in the log; in a shard; or done with: delivered, dropped by a rule, or refused. */
export type DeliveryStage = 'waiting' | 'sending' | 'finished';

/** A shard's ring and sender, and the machine's ear. */
interface ShardSlot {
  readonly sender: ShardSender;
  tell: ((event: ShardEvent) => void) | undefined;
  isBackingOff: boolean;
}

/** The data plane of one receiver: log, rings, senders, counters. Its machine decides when what runs. */
export class RemoteQueue {
  readonly options: RemoteQueueOptions;
  readonly counters: QueueCounters;
  /** The last requests, for people. */
  readonly requests: RequestJournal = new RequestJournal();
  /** The receiver's URL as it may be shown. */
  readonly url: string;
  /** Resolves when the machine has ended and everything is released. */
  readonly ended: Promise<void>;
  /** The log in memory, and the one on disk: what is read is one of them. */
  readonly #memory: BatchLog;
  readonly #tail: WalTail | undefined;
  readonly #message: MessageInForce;
  readonly #cache: WireSeriesCache;
  readonly #feeder: Feeder;
  readonly #meter = new ThroughputMeter();
  readonly #flushWaiters = new Set<() => void>();
  #markEnded: () => void = () => {};
  #slots: readonly ShardSlot[] = [];
  #lease: ClientLease;
  #tell: ((event: RemoteEvent) => void) | undefined;
  /** Time of the newest batch offered. */
  #receivedMs = 0;
  #isDraining = false;
  #isReleased = false;
  #isRestLeft = false;

  constructor(options: RemoteQueueOptions) {
    const { config, metrics, registry, externalLabels, rules } = options;
    this.options = options;
    this.#lease = options.lease;
    this.url = redactedUrl(config.url);
    this.counters = new QueueCounters(metrics, { name: config.name, url: this.url });
    this.#memory = new BatchLog(options.logSamplesMax);
    const { durable } = options;
    this.#tail = durable && new WalTail({ storage: durable.storage, id: durable.place, onReadable: () => this.#readOn() });
    this.#message = new MessageInForce(config);
    this.#cache = new WireSeriesCache({ registry, externalLabels, rules, isV2: this.#message.isV2Wanted });
    this.#feeder = new Feeder({
      cache: this.#cache,
      log: this.#tail ?? this.#memory,
      counters: this.counters,
      sendExemplars: config.sendExemplars,
      sendNativeHistograms: config.sendNativeHistograms,
      message: this.#message,
      oldestMs: () => this.#oldestMs(),
      onDropped: (count) => this.#meter.dropped(count),
    });
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  /** Takes a batch or refuses it whole. `copy` makes a copy that may be kept; several queues share one. */
  append(batch: ScrapeBatch, sequence: number, copy: () => ScrapeBatch): AppendVerdict {
    if (this.#isDraining) return { ok: false, reason: 'closed' };
    this.#noteReceived(batch);
    if (!this.#memory.hasRoomFor(batch.count)) {
      this.counters.missed(batch.count);
      return { ok: false, reason: 'full' };
    }
    this.#cache.sweep();
    const position = this.#feeder.take(batch, sequence);
    if (position < batch.count) this.#memory.append({ batch: copy(), sequence, position });
    this.counters.set('logSamples', this.#memory.samples);
    this.#wakeShards();
    return { ok: true };
  }

  /** A batch was offered to the durable log; `isTaken` says whether it is there to be read. */
  appended(batch: ScrapeBatch, { isTaken }: { readonly isTaken: boolean }): void {
    if (this.#isDraining) return;
    this.#noteReceived(batch);
    if (!isTaken) this.counters.missed(batch.count);
    this.#cache.sweep();
    this.#readOn();
  }

  /** How far a batch of the log is on its way to the receiver. */
  stageOf(sequence: number): DeliveryStage {
    const { durable } = this.options;
    const finished = durable?.storage.log.cursors.placeOf(durable.place)?.sequence ?? 0;
    return sequence <= finished ? 'finished' : sequence <= (this.#tail?.readSequence ?? 0) ? 'sending' : 'waiting';
  }

  /** Samples that were taken and that the receiver does not have. */
  get pendingSamples(): number {
    return this.#tail?.pendingSamples ?? this.counters.pending.samples + this.#memory.samples;
  }

  /** Number of the oldest batch whose series are not resolved yet. Shards hold label bytes, not refs. */
  oldestInUse(): number | undefined {
    return this.#memory.oldestSequence;
  }

  /** Resolves when everything taken is decided, or `signal` fires. */
  flush(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#flushWaiters.delete(done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#flushWaiters.add(done);
      this.#wakeShards();
    });
  }

  /** The client in force. */
  get lease(): ClientLease {
    return this.#lease;
  }

  /** From now on new requests go through another client; the old one is closed when its last request is done. */
  replaceClient(lease: ClientLease): void {
    this.#lease.retire();
    this.#lease = lease;
  }

  attach(tell: (event: RemoteEvent) => void): void {
    this.#tell = tell;
  }

  open(): void {
    const answer = (): void => this.#answer('effect', { type: 'opened' });
    const begin = (): void => {
      if (this.#tail === undefined || this.#isReleased) answer();
      else this.#tail.open().then(answer, answer);
    };
    this.options.predecessors.then(begin, begin);
  }

  startShards(count: number): void {
    const left = this.#slots.map(({ sender }) => sender.ring);
    for (const { sender } of this.#slots) sender.close();
    this.#slots = Array.from({ length: count }, (_, shard) => ({ sender: this.#senderOf(shard), tell: undefined, isBackingOff: false }));
    this.counters.showSetup(this.options.config.queue);
    this.counters.set('shards', count);
    this.#feeder.resume(
      this.#slots.map(({ sender }) => sender.ring),
      left,
    );
    this.#noteFinished();
    this.counters.set('logSamples', this.#memory.samples);
  }

  pauseFeed(): void {
    this.#feeder.pause();
  }

  drainLog(): void {
    this.#isDraining = true;
    this.#tail?.endHere();
    this.#feeder.pump();
    this.#noteFinished();
    if (this.#slots.some(({ isBackingOff }) => isBackingOff)) this.#leaveRest();
    this.#settleWaiters();
  }

  evaluate(current: number): void {
    const { driver, config } = this.options;
    const nowMono = driver.clock.mono();
    this.#meter.tick();
    const delaySeconds = (this.#receivedMs - this.counters.highestSentMs) / 1000;
    const bounds = { current, min: config.queue.minShards, max: config.queue.maxShards };
    const { desired, shards } = desiredShards(this.#meter.throughput(delaySeconds), bounds);
    if (desired !== undefined) this.counters.set('shardsDesired', desired);
    this.#answer('derived', { type: 'evaluated', shards: this.#meter.mayReshard(nowMono) ? shards : current });
  }

  /** Everything is let go of; what was not delivered counts as failed and is logged (W-081). */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#isDraining = true;
    this.#feeder.pause();
    for (const { sender } of this.#slots) sender.close();
    if (this.#tail === undefined) this.#countUndelivered();
    else this.#noteUndelivered();
    this.#tail?.close();
    this.#memory.clear();
    this.#slots = [];
    this.#lease.retire();
    for (const done of this.#flushWaiters) done();
    this.counters.remove();
    this.#markEnded();
  }

  attachShard(shard: number, tell: (event: ShardEvent) => void): void {
    const slot = this.#slots[shard];
    if (slot === undefined) return;
    slot.tell = tell;
    this.options.driver.accept({ kind: 'derived', key: `${this.options.id}/attached` }, () => this.#wakeShards());
  }

  detachShard(shard: number): void {
    const slot = this.#slots[shard];
    if (slot === undefined) return;
    slot.tell = undefined;
    slot.sender.close();
  }

  sender(shard: number): ShardSender | undefined {
    return this.#slots[shard]?.sender;
  }

  hasFullBatch(shard: number): boolean {
    const { sender } = this.#slots[shard] ?? {};
    if (sender === undefined) return false;
    return sender.ring.count >= this.options.config.queue.maxSamplesPerSend || (sender.isSearching && sender.ring.count > 0);
  }

  noteBackoff(shard: number, sleepMs: number): void {
    this.#meter.backedOff({ sleepMs, nowMono: this.options.driver.clock.mono() });
    const slot = this.#slots[shard];
    if (slot !== undefined) slot.isBackingOff = true;
    if (this.#isDraining) this.#leaveRest();
  }

  startSend(shard: number): void {
    const slot = this.#slots[shard];
    if (slot === undefined) return;
    slot.isBackingOff = false;
    slot.sender.start();
  }

  /** Whether what a shard has not sent when it ends is sent after the next start. */
  get isDurable(): boolean {
    return this.#tail !== undefined;
  }

  #senderOf(shard: number): ShardSender {
    const { id, config, driver, log, userAgent } = this.options;
    const { capacity, maxSamplesPerSend } = config.queue;
    // A partial batch, the queue of full ones, and the one in flight, whose items stay until it is decided (W-060).
    const batches = 2 + Math.max(1, Math.floor(capacity / maxSamplesPerSend));
    const key: ShardKey = { remote: id, shard };
    return new ShardSender({
      key,
      ring: new ShardRing(batches * maxSamplesPerSend),
      config,
      driver,
      log,
      counters: this.counters,
      userAgent,
      message: this.#message,
      lease: () => this.#lease,
      oldestMs: () => this.#oldestMs(),
      repeatsUpTo: () => this.#tail?.repeatsUpTo ?? 0,
      tell: (event) => this.#slots[shard]?.tell?.(event),
      onFinished: (batch) => this.#batchFinished(batch),
    });
  }

  #noteReceived({ count, timestampMs }: ScrapeBatch): void {
    this.#meter.received(count);
    this.#receivedMs = Math.max(this.#receivedMs, timestampMs);
  }

  /** Feeds what the durable log has. */
  #readOn(): void {
    if (this.#isReleased) return;
    this.#feeder.pump();
    this.#noteFinished();
    this.#wakeShards();
    this.#settleWaiters();
  }

  /** Moves the place in the durable log behind what nothing is left of. */
  #noteFinished(): void {
    if (this.#tail === undefined || this.#isReleased) return;
    let oldest: number | undefined;
    for (const ring of [...this.#slots.map(({ sender }) => sender.ring), ...this.#feeder.leftRings]) {
      if (ring.oldestSequence !== undefined) oldest = Math.min(oldest ?? Infinity, ring.oldestSequence);
    }
    this.#tail.finishBefore(oldest);
  }

  /** The receiver is away while the queue is to end: what it does not have is safe in the durable log. */
  #leaveRest(): void {
    if (this.#tail === undefined || this.#isRestLeft) return;
    this.#isRestLeft = true;
    this.#feeder.pause();
    this.#answer('derived', { type: 'logDrained' });
  }

  #batchFinished({ itemCount, seconds, request }: Parameters<ShardSenderOptions['onFinished']>[0]): void {
    if (request !== undefined) this.requests.note(request);
    this.#meter.finished({ items: itemCount, seconds, nowMono: this.options.driver.clock.mono() });
    this.#feeder.pump();
    this.#noteFinished();
    this.counters.set('logSamples', this.#memory.samples);
    // The machine of this shard looks at its ring only after the answer, so what follows has to come later still.
    this.options.driver.accept({ kind: 'derived', key: `${this.options.id}/finished` }, () => {
      this.#wakeShards();
      this.#settleWaiters();
    });
  }

  /** Tells idle shards of full batches, and of partial ones while somebody waits for delivery. */
  #wakeShards(): void {
    const arePartialsDue = this.#flushWaiters.size > 0 && this.#feeder.isDrained;
    this.#slots.forEach(({ sender, tell }, shard) => {
      if (sender.isBusy || tell === undefined || sender.ring.count === 0) return;
      const event: ShardEvent | undefined = this.hasFullBatch(shard)
        ? { type: 'batchFull' }
        : arePartialsDue
          ? { type: 'sendPartial' }
          : undefined;
      if (event !== undefined) this.options.driver.accept({ kind: 'derived', key: `${this.options.id}/shard:${shard}` }, () => tell(event));
    });
  }

  #settleWaiters(): void {
    if (this.#isDraining && this.#feeder.isDrained) this.#answer('derived', { type: 'logDrained' });
    if (this.#isIdle()) for (const done of this.#flushWaiters) done();
  }

  #isIdle(): boolean {
    return this.#isReleased || (this.#feeder.isDrained && this.#slots.every(({ sender }) => sender.ring.count === 0));
  }

  #answer(kind: 'derived' | 'effect', event: RemoteEvent): void {
    this.options.driver.accept({ kind, key: `${this.options.id}/${event.type}` }, () => {
      if (!this.#isReleased) this.#tell?.(event);
    });
  }

  #noteUndelivered(): void {
    const samples = this.pendingSamples;
    const fields = { remote: this.options.config.name, samples };
    if (samples > 0) this.options.log.info('what the receiver does not have yet stays in the log and is sent after the next start', fields);
  }

  #countUndelivered(): void {
    const rings = [...this.#slots.map(({ sender }) => sender.ring), ...this.#feeder.leftRings];
    const left = noCounts();
    for (const ring of rings) {
      const counts = countsOf(ring, ring.count);
      left.samples += counts.samples;
      left.histograms += counts.histograms;
      left.exemplars += counts.exemplars;
    }
    for (let entry = this.#memory.first(); entry !== undefined; entry = this.#memory.first()) {
      left.samples += entry.batch.count - entry.position;
      this.#memory.dropFirst();
    }
    if (totalOf(left) === 0) return;
    this.counters.count('failed', left);
    const fields = { code: 'LIMPET_REMOTE_WRITE_UNFLUSHED', remote: this.options.config.name, ...left };
    this.options.log.error('Failed to flush all samples on shutdown', fields);
  }

  #oldestMs(): number {
    const { sampleAgeLimitMs } = this.options.config.queue;
    return sampleAgeLimitMs > 0 ? this.options.driver.clock.wall() - sampleAgeLimitMs : -Infinity;
  }
}
