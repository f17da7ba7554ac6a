import type { RecordingOptions } from '@limpet/replay';
import type { Flag } from './flag-table.ts';

/** What `--record…` asks for. */
export interface RecordOptions extends Omit<RecordingOptions, 'folder'> {
  /** The folder of the recording. */
  readonly folder: string;
}

/** The flags that have a run recorded. */
export const RECORD_FLAGS: readonly Flag[] = [
  {
    name: 'record',
    kind: 'text',
    fallback: '',
    effect: 'use',
    help: 'record the run into this new folder, for limpet replay; remote_write then waits in memory, not on disk',
  },
  { name: 'record.jobs', kind: 'list', fallback: '', effect: 'use', help: 'keep the bodies of these jobs only; may repeat' },
  {
    name: 'record.targets',
    kind: 'text',
    fallback: '100%',
    effect: 'use',
    help: 'share of the targets whose bodies are kept, chosen by URL',
  },
  {
    name: 'record.budget',
    kind: 'text',
    fallback: '0B',
    effect: 'use',
    help: 'disk space of the recording; used up, it ends, or with --record.last drops its oldest part; 0 = no budget',
  },
  { name: 'record.last', kind: 'duration', fallback: '0s', effect: 'use', help: 'keep about the last so long only; 0 = everything' },
  {
    name: 'record.failures-only',
    kind: 'boolean',
    fallback: 'false',
    effect: 'use',
    help: 'keep the bodies of scrapes that failed only',
  },
  {
    name: 'record.expected',
    kind: 'boolean',
    fallback: 'true',
    effect: 'use',
    help: 'also write what the run did, so that a replay can show a difference from both sides; off, only its hashes',
  },
];

/** How the values of flags are read: throws a `FlagError` where one cannot be. */
export interface FlagReading {
  readonly text: (name: string) => string;
  readonly isOn: (name: string) => boolean;
  readonly size: (name: string) => number;
  readonly duration: (name: string) => number;
  readonly refuse: (message: string) => never;
}

/** What the flags ask for; `undefined` where nothing is to be recorded. */
export function recordOptions({ text, isOn, size, duration, refuse }: FlagReading): RecordOptions | undefined {
  const folder = text('record');
  if (folder === '') return undefined;
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text('record.targets'))?.[1];
  const targetShare = Number(share) / 100;
  if (!(targetShare > 0 && targetShare <= 1))
    refuse(`--record.targets: expected a percentage above 0 and up to 100, got '${text('record.targets')}'`);
  const jobs = text('record.jobs')
    .split(',')
    .filter((job) => job !== '');
  return {
    folder,
    ...(jobs.length > 0 && { jobs }),
    targetShare,
    failuresOnly: isOn('record.failures-only'),
    budgetBytes: size('record.budget'),
    ringMs: duration('record.last'),
    hasExpected: isOn('record.expected'),
  };
}
