/** A request that failed, for the job's failure log. Append failures and forced errors are not written (S-135). */
export interface ScrapeFailureRecord {
  readonly job: string;
  /** URL of the target. */
  readonly target: string;
  readonly error: string;
  /** Wall milliseconds. */
  readonly atMs: number;
}

/** The line of a failure log, without a newline at its end: JSON in the words of Go's slog handler (S-135). */
export function failureLogLine({ job, target, error, atMs }: ScrapeFailureRecord): string {
  return JSON.stringify({ time: new Date(atMs).toISOString(), level: 'ERROR', msg: error, job_name: job, target });
}
