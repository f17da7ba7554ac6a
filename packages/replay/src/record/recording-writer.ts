import { hash } from 'node:crypto';
import type { Log, Metrics } from '@limpet/model';
import { BODY_BYTES_MAX, BODY_NAMES_MAX, RING_PART_MS_MIN, RING_PARTS, WAITING_BODY_BYTES_MAX, WAITING_LINE_CHARS_MAX } from '../limits.ts';
import type { EndLine } from '../log/log-line.ts';
import { RECORDING_METRICS } from '../metrics.ts';
import type { RecordingFolder } from './ports.ts';

export interface RecordingWriterOptions {
  readonly folder: RecordingFolder;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Bytes on disk at most; 0 = no budget. A ring drops its oldest part, any other recording ends. */
  readonly budgetBytes: number;
  /** Keeps about the last so many milliseconds; 0 = everything. */
  readonly ringMs: number;
}

/** One stretch of a recording with files of its own. Without a ring there is one. */
interface Part {
  readonly suffix: string;
  readonly startMono: number;
  readonly bodies: Set<string>;
  bytes: number;
}

/** Text and bodies that go to disk together: bodies first, so that no line names one that is not there. */
interface Piece {
  readonly part: Part;
  log: string;
  expect: string;
  readonly bodies: { readonly body: string; readonly bytes: Uint8Array }[];
}

/**
 * Writes a recording behind the run's back. Nothing here is waited for: what does not keep up is left out (bodies) or
 * ends the recording (lines), with an error in the log and in metrics.
 */
export class RecordingWriter {
  readonly #options: RecordingWriterOptions;
  readonly #parts: Part[] = [];
  /** In how many parts each body is named. Without a ring only known or not. */
  readonly #bodyUses = new Map<string, number>();
  #piece: Piece | undefined;
  #isWriting = false;
  #waitingChars = 0;
  #waitingBodyBytes = 0;
  #droppedCount = 0;
  #partCount = 0;
  #hasEnded = false;
  #lastNumber = 0;
  #idle = Promise.withResolvers<void>();

  constructor(options: RecordingWriterOptions) {
    this.#options = options;
    this.#idle.resolve();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether the time of the newest part is over. Always false without a ring. */
  isPartDue(monoMs: number): boolean {
    const { ringMs } = this.#options;
    const newest = this.#parts.at(-1);
    return ringMs > 0 && newest !== undefined && monoMs - newest.startMono >= Math.max(ringMs / RING_PARTS, RING_PART_MS_MIN);
  }

  /** Begins a part. The caller writes its boot line next. Parts that have become too old go. */
  beginPart(monoMs: number): void {
    const { ringMs } = this.#options;
    this.#partCount++;
    const suffix = ringMs > 0 ? `.${String(this.#partCount).padStart(6, '0')}` : '';
    this.#parts.push({ suffix, startMono: monoMs, bodies: new Set(), bytes: 0 });
    // a part is too old when the one after it began before the time that is kept
    while (this.#parts.length > 2 && (this.#parts[1]?.startMono ?? monoMs) < monoMs - ringMs) this.#dropOldest();
  }

  /** Adds a line to the log. */
  line(text: string, number: number): void {
    const piece = this.#open(text.length);
    if (piece === undefined) return;
    piece.log += `${text}\n`;
    this.#lastNumber = number;
    this.#options.metrics.add(RECORDING_METRICS.inputs, [], 1);
  }

  /** Adds a line to what is expected. */
  expect(text: string): void {
    const piece = this.#open(text.length);
    if (piece !== undefined) piece.expect += `${text}\n`;
  }

  /** The name of a body. */
  static nameOf(bytes: Uint8Array): string {
    return `sha256:${hash('sha256', bytes)}`;
  }

  /** Keeps a body under its name; says whether it will be there. `bytes` are copied. */
  body(body: string, bytes: Uint8Array): boolean {
    const part = this.#parts.at(-1);
    if (this.#hasEnded || part === undefined) return false;
    if (this.#bodyUses.has(body)) {
      this.#use(part, body);
      return true;
    }
    if (bytes.length > BODY_BYTES_MAX || this.#waitingBodyBytes + bytes.length > WAITING_BODY_BYTES_MAX) {
      this.#noteDropped();
      return false;
    }
    const piece = this.#open(0);
    if (piece === undefined) return false;
    this.#waitingBodyBytes += bytes.length;
    piece.bodies.push({ body, bytes: Uint8Array.from(bytes) });
    if (this.#options.ringMs === 0 && this.#bodyUses.size >= BODY_NAMES_MAX) this.#bodyUses.clear();
    this.#use(part, body);
    return true;
  }

  /** Counts a body of an earlier part as used by the newest one too. */
  keepBody(body: string): void {
    const part = this.#parts.at(-1);
    if (part !== undefined && this.#bodyUses.has(body)) this.#use(part, body);
  }

  /** Ends the recording with its reason as the last line; what waits is still written. Idempotent. */
  end(why: string): void {
    if (this.#hasEnded) return;
    const line: EndLine = { n: this.#lastNumber, k: 'end', why };
    const piece = this.#open(0);
    if (piece !== undefined) piece.log += `${JSON.stringify(line)}\n`;
    this.#hasEnded = true;
    this.#options.metrics.set(RECORDING_METRICS.active, [], 0);
  }

  /** Resolves when nothing waits to be written. */
  async drained(): Promise<void> {
    await this.#idle.promise;
  }

  /** Ends it against its will, loudly. */
  fail(why: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#hasEnded) return;
    this.end(why);
    this.#options.log.error('the recording has ended, scraping goes on', {
      code: 'LIMPET_RECORDING_ENDED',
      folder: this.#options.folder.name,
      why,
      ...fields,
    });
  }

  #noteDropped(): void {
    const { log, metrics, folder } = this.#options;
    this.#droppedCount++;
    metrics.add(RECORDING_METRICS.bodiesDropped, [], 1);
    if (Number.isInteger(Math.log10(this.#droppedCount))) {
      const fields = { code: 'LIMPET_RECORDING_BODY', folder: folder.name, count: this.#droppedCount };
      log.error('writing does not keep up: bodies are left out of the recording', fields);
    }
  }

  #use(part: Part, body: string): void {
    if (this.#options.ringMs === 0) this.#bodyUses.set(body, 1);
    else if (!part.bodies.has(body)) {
      part.bodies.add(body);
      this.#bodyUses.set(body, (this.#bodyUses.get(body) ?? 0) + 1);
    }
  }

  /** The piece that gathers for the newest part, with room for so many characters. */
  #open(charCount: number): Piece | undefined {
    const part = this.#parts.at(-1);
    if (this.#hasEnded || part === undefined) return undefined;
    if (this.#waitingChars + charCount > WAITING_LINE_CHARS_MAX) {
      this.fail('writing did not keep up');
      return undefined;
    }
    this.#waitingChars += charCount + 1;
    if (this.#piece !== undefined && this.#piece.part !== part) this.#closed.push(this.#piece);
    if (this.#piece?.part !== part) this.#piece = { part, log: '', expect: '', bodies: [] };
    if (!this.#isWriting) void this.#write();
    return this.#piece;
  }

  /** Pieces of parts that are over, which wait to be written. */
  readonly #closed: Piece[] = [];

  async #write(): Promise<void> {
    this.#isWriting = true;
    this.#idle = Promise.withResolvers();
    await Promise.resolve(); // lets the caller fill the piece
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      try {
        await this.#writePiece(piece);
      } catch (cause) {
        this.fail('it cannot be written', { cause: String(cause) });
        this.#closed.length = 0;
        this.#piece = undefined;
      }
    }
    this.#isWriting = false;
    this.#idle.resolve();
  }

  #next(): Piece | undefined {
    const closed = this.#closed.shift();
    if (closed !== undefined) return closed;
    const piece = this.#piece;
    this.#piece = undefined;
    return piece;
  }

  async #writePiece({ part, log, expect, bodies }: Piece): Promise<void> {
    const { folder, metrics } = this.#options;
    const waiting = bodies.reduce((sum, { bytes }) => sum + bytes.length, 0);
    try {
      const sizes = await Promise.all(bodies.map(({ body, bytes }) => folder.writeBody(body, bytes)));
      if (expect !== '') await folder.append(`expect${part.suffix}.ndjson`, expect);
      if (log !== '') await folder.append(`log${part.suffix}.ndjson`, log);
      const written = sizes.reduce((sum, size) => sum + size, 0) + Buffer.byteLength(log) + Buffer.byteLength(expect);
      part.bytes += written;
      metrics.add(RECORDING_METRICS.bytes, [], written);
    } finally {
      this.#waitingBodyBytes -= waiting;
      this.#waitingChars -= Math.max(log.length + expect.length, 0);
    }
    this.#checkBudget();
  }

  #checkBudget(): void {
    const { budgetBytes, ringMs } = this.#options;
    if (budgetBytes === 0) return;
    while (this.#parts.length > 1 && this.#sizeBytes() > budgetBytes) this.#dropOldest();
    if (this.#sizeBytes() <= budgetBytes) return;
    this.fail(ringMs > 0 ? 'one part of the ring is larger than the budget' : 'the budget is used up', { budgetBytes });
  }

  #sizeBytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #dropOldest(): void {
    const part = this.#parts.shift();
    if (part === undefined) return;
    const { folder } = this.#options;
    const removals = [folder.removeFile(`log${part.suffix}.ndjson`), folder.removeFile(`expect${part.suffix}.ndjson`)];
    for (const body of part.bodies) {
      const uses = (this.#bodyUses.get(body) ?? 1) - 1;
      if (uses > 0) this.#bodyUses.set(body, uses);
      else {
        this.#bodyUses.delete(body);
        removals.push(folder.removeBody(body));
      }
    }
    Promise.all(removals).catch((cause: unknown) => this.fail('an old part cannot be removed', { cause: String(cause) }));
  }
}
