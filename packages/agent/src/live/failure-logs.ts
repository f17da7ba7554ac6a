import { open } from 'node:fs/promises';
import { failureLogLine } from '@limpet/scrape';
import type { ScrapeFailureRecord } from '@limpet/scrape';
import type { Log } from '@limpet/model';

/** Lines that may wait to be written, over all files; more are dropped. */
const WAITING_COUNT_MAX = 1_000;

/** A file that is written at its end. */
export interface AppendedFile {
  appendFile(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file of this machine for appending; one that is missing is created. */
export function openForAppending(file: string): Promise<AppendedFile> {
  return open(file, 'a', 0o666);
}

interface OpenLog {
  readonly handle: AppendedFile;
  /** Done when everything given so far is written. */
  tail: Promise<void>;
}

/** The files of one revision being opened, and why they are not open. */
interface Opening {
  readonly rev: number;
  refusal: string | undefined;
}

/**
 * The files that jobs name for their failed scrapes (S-135). All of them are opened anew with every configuration, so that
 * a reload after a rotation goes on in new files; if one cannot be opened, the files stay those of before (C-182).
 */
export class FailureLogs {
  readonly #log: Log;
  readonly #openFile: typeof openForAppending;
  #logs: ReadonlyMap<string, OpenLog> = new Map();
  #newest: Opening = { rev: 0, refusal: undefined };
  #waitingCount = 0;
  #droppedCount = 0;

  constructor(log: Log, openFile: typeof openForAppending = openForAppending) {
    this.#log = log;
    this.#openFile = openFile;
  }

  /** Why a revision cannot be applied; undefined where its files are open. */
  refusalOf(rev: number): string | undefined {
    return this.#newest.rev === rev ? this.#newest.refusal : undefined;
  }

  /** Opens the files of a revision and closes those of the one before. Never rejects; nothing is awaited where there are none. */
  async open(rev: number, files: ReadonlySet<string>): Promise<void> {
    const attempt: Opening = { rev, refusal: files.size === 0 ? undefined : 'the scrape failure logs were not opened in time' };
    this.#newest = attempt;
    if (files.size === 0 && this.#logs.size === 0) return;
    const opened = await openAll(files, this.#openFile);
    if (this.#newest !== attempt) {
      await closeAll(opened.logs);
      return;
    }
    attempt.refusal = opened.error;
    const before = opened.error === undefined ? this.#logs : opened.logs;
    if (opened.error === undefined) this.#logs = opened.logs;
    await closeAll(before);
  }

  /** Appends one line, if the file is one of those that are open. */
  write(file: string, failure: ScrapeFailureRecord): void {
    const open = this.#logs.get(file);
    if (open === undefined) return;
    if (this.#waitingCount >= WAITING_COUNT_MAX) {
      if (this.#droppedCount++ === 0) this.#log.warn('lines of a scrape failure log are dropped', { code: 'LIMPET_FAILURE_LOG', file });
      return;
    }
    this.#waitingCount++;
    open.tail = open.tail.then(() => this.#append(open.handle, file, failure));
  }

  /** Writes what waits and closes every file. */
  async close(): Promise<void> {
    const logs = this.#logs;
    this.#logs = new Map();
    await closeAll(logs);
  }

  async #append(handle: AppendedFile, file: string, failure: ScrapeFailureRecord): Promise<void> {
    try {
      await handle.appendFile(`${failureLogLine(failure)}\n`);
      this.#droppedCount = 0;
    } catch (error) {
      this.#log.warn('the scrape failure log cannot be written', { code: 'LIMPET_FAILURE_LOG', file, cause: messageOf(error) });
    } finally {
      this.#waitingCount--;
    }
  }
}

/** Opens every file for appending, those missing are created; `error` names the first that could not be. */
async function openAll(
  files: ReadonlySet<string>,
  openFile: typeof openForAppending,
): Promise<{ readonly logs: ReadonlyMap<string, OpenLog>; readonly error?: string }> {
  const logs = new Map<string, OpenLog>();
  for (const file of files) {
    try {
      logs.set(file, { handle: await openFile(file), tail: Promise.resolve() });
    } catch (error) {
      return { logs, error: `failed to create file for scrape failure logger: ${messageOf(error)}` };
    }
  }
  return { logs };
}

async function closeAll(logs: ReadonlyMap<string, OpenLog>): Promise<void> {
  await Promise.all([...logs.values()].map(({ handle, tail }) => tail.then(() => handle.close()).catch(() => {})));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
