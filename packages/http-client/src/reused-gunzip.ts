import { constants, createGunzip, gzipSync } from 'node:zlib';

/** As much of the inside of Node's gunzip stream as is used here. Not part of its public interface: hence the trial. */
interface Inside {
  readonly _handle: Handle;
  /** After a write: bytes of output left, bytes of input left. */
  readonly _writeState: Uint32Array;
}
interface Handle {
  onerror: (message: string, code: number) => void;
  reset(): void;
  writeSync(flush: number, from: Uint8Array, at: number, bytes: number, to: Uint8Array, toAt: number, toBytes: number): void;
}

/**
 * Inflates into `to`. Returns the number of bytes; `undefined` where the stream is damaged, goes on behind its end, or fills `to`:
 * then somebody else has to find out what it is.
 */
export type ReusedGunzip = (wire: Uint8Array, to: Uint8Array) => number | undefined;

/**
 * One gunzip for all bodies, set back for each: a new one takes twice as long for a body of 2 KB. `undefined` where the
 * inside of Node's stream is not what it was.
 */
export function openReusedGunzip(): ReusedGunzip | undefined {
  try {
    let inflate = openGunzip();
    const reused: ReusedGunzip = (wire, to) => {
      const length = inflate(wire, to);
      if (length === undefined) inflate = openGunzip(); // what an error leaves behind is not built upon
      return length;
    };
    return hasPassedTrial(reused) ? reused : undefined;
  } catch {
    return undefined;
  }
}

function openGunzip(): ReusedGunzip {
  const stream = createGunzip() as unknown as Inside;
  const { _handle: handle, _writeState: state } = stream;
  let hasFailed = false;
  handle.onerror = () => {
    hasFailed = true;
  };
  return (wire, to) => {
    hasFailed = false;
    stream._handle.reset();
    handle.writeSync(constants.Z_FINISH, wire, 0, wire.byteLength, to, 0, to.byteLength);
    const [outputLeft = 0, inputLeft = 0] = state;
    return hasFailed || outputLeft === 0 || inputLeft > 0 ? undefined : to.byteLength - outputLeft;
  };
}

/** Bodies of two lengths in turn, a damaged one between them. */
function hasPassedTrial(inflate: ReusedGunzip): boolean {
  const isRight = (text: string): boolean => {
    const to = new Uint8Array(text.length + 1);
    const length = inflate(gzipSync(text), to);
    return length === text.length && Buffer.from(to.buffer, 0, length).toString() === text;
  };
  const damaged = gzipSync('up 1\n');
  damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1;
  return isRight('up 1\n') && isRight('up 2\n'.repeat(5000)) && inflate(damaged, new Uint8Array(64)) === undefined && isRight('up 3\n');
}
