import type { WalFile, WalFiles } from '../src/ports.ts';

/** What is done to a file; a fault is decided on by this. */
export type FileOperation = 'open' | 'read' | 'write' | 'sync' | 'truncate' | 'rename' | 'remove' | 'list' | 'makeFolder' | 'syncFolder';

/** A fault: the code of an error, a write of fewer bytes, or a promise to wait for first. */
export type Fault = { readonly code: string } | { readonly shortTo: number } | { readonly after: Promise<void> } | undefined;

interface Content {
  bytes: Uint8Array;
  /** As of the last sync: all that a power loss leaves. */
  durable: Uint8Array;
}

/** Files in memory that fail on demand and can lose what was not synced. */
export class FaultyFiles implements WalFiles {
  readonly contents = new Map<string, Content>();
  /** Asked before each operation. */
  faultOf: (operation: FileOperation, path: string) => Fault = () => undefined;
  /** Bytes that all files may have together. */
  capacityBytes = Infinity;
  openCount = 0;
  readonly operations: string[] = [];

  /** The files as another process finds them: after a kill everything written, after a power loss what was synced. */
  afterCrash(kind: 'kill' | 'powerLoss'): FaultyFiles {
    const after = new FaultyFiles();
    for (const [path, { bytes, durable }] of this.contents) {
      const left = (kind === 'kill' ? bytes : durable).slice();
      after.contents.set(path, { bytes: left, durable: left });
    }
    return after;
  }

  get sizeBytes(): number {
    return [...this.contents.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  put(path: string, bytes: Uint8Array): void {
    this.contents.set(path, { bytes, durable: bytes });
  }

  bytesOf(path: string): Uint8Array {
    return this.#contentOf(path).bytes;
  }

  async makeFolder(path: string): Promise<void> {
    await this.#begin('makeFolder', path);
  }

  async list(folder: string): ReturnType<WalFiles['list']> {
    await this.#begin('list', folder);
    const prefix = folder === '.' ? '' : `${folder}/`;
    return [...this.contents]
      .filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
      .map(([path, { bytes }]) => ({ name: path.slice(prefix.length), sizeBytes: bytes.length, modifiedMs: 0 }));
  }

  async open(path: string, mode: 'create' | 'existing'): Promise<WalFile> {
    await this.#begin('open', path);
    if (mode === 'create') {
      if (this.sizeBytes >= this.capacityBytes && !this.contents.has(path)) throw systemError('ENOSPC');
      this.contents.set(path, { bytes: new Uint8Array(), durable: new Uint8Array() });
    }
    const content = this.#contentOf(path);
    this.openCount++;
    return {
      read: async (into, at) => {
        await this.#begin('read', path);
        const part = content.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write: (bytes, at) => this.#write(path, content, bytes.slice(), at),
      truncate: async (size) => {
        await this.#begin('truncate', path);
        content.bytes = content.bytes.slice(0, size);
      },
      sync: async () => {
        await this.#begin('sync', path);
        content.durable = content.bytes.slice();
      },
      close: async () => void this.openCount--,
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#begin('rename', from);
    this.contents.set(to, this.#contentOf(from));
    this.contents.delete(from);
  }

  async remove(path: string): Promise<void> {
    await this.#begin('remove', path);
    this.contents.delete(path);
  }

  async syncFolder(path: string): Promise<void> {
    await this.#begin('syncFolder', path);
  }

  async #write(path: string, content: Content, bytes: Uint8Array, at: number): Promise<number> {
    const fault = await this.#begin('write', path);
    const room = Math.max(0, this.capacityBytes - this.sizeBytes + Math.max(0, content.bytes.length - at));
    const count = Math.min(bytes.length, room, fault !== undefined && 'shortTo' in fault ? fault.shortTo : Infinity);
    if (count === 0) throw systemError('ENOSPC');
    if (at + count > content.bytes.length) {
      const grown = new Uint8Array(at + count);
      grown.set(content.bytes);
      content.bytes = grown;
    }
    content.bytes.set(bytes.subarray(0, count), at);
    return count;
  }

  async #begin(operation: FileOperation, path: string): Promise<Fault> {
    this.operations.push(`${operation} ${path}`);
    const fault = this.faultOf(operation, path);
    if (fault !== undefined && 'code' in fault) throw systemError(fault.code);
    if (fault !== undefined && 'after' in fault) await fault.after;
    return fault;
  }

  #contentOf(path: string): Content {
    const content = this.contents.get(path);
    if (content === undefined) throw systemError('ENOENT');
    return content;
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
