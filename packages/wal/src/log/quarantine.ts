import type { Log, Metrics } from '@limpet/model';
import { systemCode } from '../errors.ts';
import { QUARANTINE_BYTES, QUARANTINE_FILES } from '../limits.ts';
import { WAL_METRICS } from '../metrics.ts';
import type { WalFiles } from '../ports.ts';
import { writeWhole } from './replace-file.ts';

const SUFFIX = '.corrupt';

export interface QuarantineOptions {
  readonly files: WalFiles;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A place of a segment from which nothing can be read. */
export interface DamagedPlace {
  readonly name: string;
  readonly at: number;
  readonly sizeBytes: number;
  readonly reason: string;
}

/**
 * Keeps the start of what cannot be read in a file of its own, for a person to look at, and reports it. A few such files
 * stay, the oldest go. Never rejects: that nothing can be written down must not keep the log from being read.
 */
export async function quarantine({ files, log, metrics }: QuarantineOptions, { name, at, sizeBytes, reason }: DamagedPlace): Promise<void> {
  metrics.add(WAL_METRICS.corruptions, [], 1);
  const aside = `${name}.${at}${SUFFIX}`;
  const fields = { code: 'LIMPET_WAL_DAMAGED', segment: name, at, bytes: sizeBytes - at, reason, aside };
  log.error('a place of the log cannot be read; it is set aside and reading goes on behind it', fields);
  try {
    await removeOldest(files);
    const source = await files.open(name, 'existing');
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(sizeBytes - at, QUARANTINE_BYTES)));
      const count = await source.read(bytes, at);
      const target = await files.open(aside, 'create');
      try {
        await writeWhole(target, bytes.subarray(0, count), 0);
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  } catch (error) {
    log.warn('what could not be read could not be set aside either', { code: 'LIMPET_WAL_QUARANTINE', cause: systemCode(error) });
  }
}

async function removeOldest(files: WalFiles): Promise<void> {
  const kept = (await files.list('.')).filter(({ name }) => name.endsWith(SUFFIX)).toSorted((a, b) => b.modifiedMs - a.modifiedMs);
  for (const { name } of kept.slice(QUARANTINE_FILES - 1)) await files.remove(name);
}
