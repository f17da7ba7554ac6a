import { createHash } from 'node:crypto';
import type { RecordingFolder, RecordingSource, SourceLine } from '../src/index.ts';

/** A recording in memory, to be written, changed and read. */
export class MemoryRecording implements RecordingFolder {
  readonly name = 'memory';
  readonly files = new Map<string, string>();
  readonly bodies = new Map<string, Uint8Array>();
  /** Waited for by every write. */
  delay: () => Promise<void> = () => Promise.resolve();

  open(): Promise<void> {
    return Promise.resolve();
  }

  async append(file: string, text: string): Promise<void> {
    await this.delay();
    this.files.set(file, (this.files.get(file) ?? '') + text);
  }

  async writeBody(body: string, bytes: Uint8Array): Promise<number> {
    await this.delay();
    this.bodies.set(body, bytes);
    return bytes.length;
  }

  removeFile(file: string): Promise<void> {
    this.files.delete(file);
    return Promise.resolve();
  }

  removeBody(body: string): Promise<void> {
    this.bodies.delete(body);
    return Promise.resolve();
  }

  /** The lines of the log, to be changed. */
  get log(): readonly string[] {
    return this.linesOf('log.ndjson').map(({ text }) => text);
  }

  /** The same recording with another log. */
  withLog(lines: readonly string[]): MemoryRecording {
    const other = new MemoryRecording();
    for (const [name, bytes] of this.bodies) other.bodies.set(name, bytes);
    for (const [name, text] of this.files) other.files.set(name, text);
    other.files.set('log.ndjson', lines.map((line) => `${line}\n`).join(''));
    return other;
  }

  /** Puts other bytes in the place of a body; returns their name. */
  put(text: string): string {
    const name = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    this.bodies.set(name, Buffer.from(text));
    return name;
  }

  /** Everything that was written, as one text. */
  get text(): string {
    return [...this.files.values(), ...[...this.bodies.values()].map((bytes) => Buffer.from(bytes).toString('latin1'))].join('\n');
  }

  get source(): RecordingSource {
    return {
      name: this.name,
      isRing: !this.files.has('log.ndjson'),
      lines: () => this.linesOf(...[...this.files.keys()].filter((name) => name.startsWith('log')).sort()),
      expected: () => this.linesOf(...[...this.files.keys()].filter((name) => name.startsWith('expect')).sort()),
      body: (name) => this.bodies.get(name),
    };
  }

  linesOf(...names: readonly string[]): SourceLine[] {
    return names.flatMap((name) =>
      (this.files.get(name) ?? '')
        .split('\n')
        .slice(0, -1)
        .map((text, index) => ({ text, place: `${name}:${index + 1}` })),
    );
  }
}
