import { appendFile } from 'node:fs';
import { failureLogLine } from '@limpet/scrape';
import type { ScrapeFailureRecord } from '@limpet/scrape';
import type { Log } from '@limpet/model';

/** Lines that may wait to be written; more are dropped. */
const WAITING_COUNT_MAX = 1_000;

/** Writes failed scrapes to the file that their job names, if any (S-135). Opened for each line, so rotation needs no signal. */
export function liveFailureLog(log: Log): (file: string, failure: ScrapeFailureRecord) => void {
  let waitingCount = 0;
  return (file, failure) => {
    if (file === '' || waitingCount >= WAITING_COUNT_MAX) return;
    waitingCount++;
    appendFile(file, `${failureLogLine(failure)}\n`, (error) => {
      waitingCount--;
      if (error !== null) log.warn('the scrape failure log cannot be written', { code: 'LIMPET_FAILURE_LOG', file, cause: error.message });
    });
  };
}
