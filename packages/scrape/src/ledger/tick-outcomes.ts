import type { FetchFailureReason } from '../ports.ts';

/** What can become of a tick. */
export const TICK_OUTCOMES = [
  'scraped',
  'late',
  'failed',
  'skippedOverrun',
  'skippedCapacity',
  'skippedSuspended',
  'clockJumped',
  'moved',
  'reload',
  'stopped',
  'killed',
] as const;
export type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** Why a scrape fails that was answered, or was not even tried. */
export const APPEND_FAILURE_REASONS = [
  'contentType',
  'parse',
  'sampleLimit',
  'bucketLimit',
  'labelLimit',
  'invalidLabels',
  'invalidHistogram',
  'outOfOrder',
  'targetLimit',
  'appendDeadline',
  'fault',
] as const;
export type AppendFailureReason = (typeof APPEND_FAILURE_REASONS)[number];

/** Why a scrape failed: the bounded list behind `failed`. */
export type TickFailureReason = FetchFailureReason | AppendFailureReason;

/** One of the ways in which a tick ends. Its index in `TICK_KINDS` is its code. */
export interface TickKind {
  readonly outcome: TickOutcome;
  /** `''` for every outcome but `failed`. */
  readonly reason: TickFailureReason | '';
  /** What it means, to follow "The target was due at …:". */
  readonly meaning: string;
  /** What to look at. */
  readonly hint: string;
}

type Words = readonly [meaning: string, hint: string];

const OUTCOMES: Readonly<Record<Exclude<TickOutcome, 'failed'>, Words>> = {
  scraped: ['it was asked in time and answered, and its samples were written with `up 1`.', 'Nothing is missing.'],
  late: [
    'it was scraped with `up 1`, but began more than a tenth of the interval, or a second, after it was due.',
    'Look at `limpet_scrape_queue_wait_seconds`; a scrape or a stop of the process just before is the usual cause.',
  ],
  skippedOverrun: [
    'the scrape before was still running when the next tick came.',
    'Compare `scrape_duration_seconds` with the interval: lengthen the interval, or shorten the timeout.',
  ],
  skippedCapacity: [
    'it waited for a free slot until the next tick came.',
    'Raise `--scrape.concurrency`, or look for slow targets that hold the slots (`limpet_scrapes_in_flight`).',
  ],
  skippedSuspended: [
    'the process did not get to run until the next tick came.',
    'The machine or container was suspended or starved of CPU, or something blocked the event loop.',
  ],
  clockJumped: [
    'the wall clock was stepped: forward, so that no scrape has this time, or back, so that its samples were not newer than those written.',
    "Look at the machine's time synchronisation. One step forward counts once, however long.",
  ],
  moved: [
    'the schedule of the target changed before the scrape began, and its ticks lie elsewhere since.',
    'A configuration or its discovery changed the interval, the timeout or other settings; nothing is to be done.',
  ],
  reload: [
    'a changed configuration replaced the scrape loop, and the new one had not begun.',
    'Nothing is to be done; `limpet diff` tells beforehand which loops a configuration replaces.',
  ],
  stopped: [
    'the target was given up, or the agent was stopped, before the scrape began.',
    'The target left discovery or the configuration, or the process ended.',
  ],
  killed: [
    'its scrape loop broke or was cut off, and had not come back.',
    'Look for LIMPET_SCRAPE_LOOP_CRASHED in the log and at `limpet_scrape_loops_killed_total`; a broken loop is a fault to report.',
  ],
};

const FAILURES: Readonly<Record<TickFailureReason, Words>> = {
  timeout: [
    'the target did not answer within the scrape timeout.',
    'Ask it by hand with `limpet scrape`; raise `scrape_timeout` if the target is slow by nature.',
  ],
  connectionRefused: ['nobody listens at the address of the target.', 'Is the target running, and on this port?'],
  connectionReset: [
    'the connection broke before the answer was complete.',
    'The target or something between closed it: look at its log, and at proxies and load balancers.',
  ],
  hostNotFound: ['the name of the target could not be resolved.', 'Check the host name and the resolver of this machine.'],
  tls: [
    'no trusted TLS connection could be made.',
    'Check `tls_config`: the CA, the server name, dates of certificates; or the target speaks plain HTTP.',
  ],
  status: ['the target answered with an HTTP status other than 200.', 'The error names the status; check path and credentials.'],
  redirect: ['a redirect could not be followed.', 'Scrape the final address, or look for a loop; `follow_redirects` may be off.'],
  bodySizeLimit: [
    'the answer was larger than allowed.',
    'Raise `body_size_limit` and, above 24 MB, `--scrape.body-memory`, or let the target expose less.',
  ],
  contentEncoding: ['the answer could not be decompressed.', 'The target or a proxy compresses wrongly; try `enable_compression: false`.'],
  credentials: [
    'the credentials for the request could not be had.',
    'Check the files that the configuration names, or the OAuth 2 token endpoint.',
  ],
  unsupportedScheme: ['the address of the target has a scheme that cannot be scraped.', 'Only `http` and `https` can: check relabelling.'],
  protocol: ['what came back was not valid HTTP.', 'Does the port speak HTTP, and the version that is asked for?'],
  contentType: [
    'the answer has no content type that is an exposition.',
    'The address may be that of a web page; set `fallback_scrape_protocol` if the target sends a wrong type.',
  ],
  parse: ['the answer is not a valid exposition.', 'Save the body and run `limpet parse`; it names the line.'],
  sampleLimit: ['the answer has more samples than `sample_limit`.', 'Raise the limit, or drop series with `metric_relabel_configs`.'],
  bucketLimit: [
    'a native histogram has more buckets than `native_histogram_bucket_limit`, however coarse.',
    'Raise the limit; custom buckets cannot be made coarser at all.',
  ],
  labelLimit: [
    'a series exceeds a label limit.',
    'The error names the series; raise `label_limit`, `label_name_length_limit` or `label_value_length_limit`.',
  ],
  invalidLabels: [
    'a series has no metric name, an invalid name, or one label twice.',
    'The error names the series; mend the target, or its metric relabelling.',
  ],
  invalidHistogram: ['a native histogram contradicts itself.', 'The error says in what; mend the target.'],
  outOfOrder: [
    'its report series were not newer than what they hold already.',
    'Another target writes the same series: give each target labels of its own.',
  ],
  targetLimit: ['the job has more targets than `target_limit`, so none is asked.', 'Raise the limit, or drop targets by relabelling.'],
  appendDeadline: ['its samples were not written in time.', 'The machine is overloaded; look at its CPU and at `limpet_faults_total`.'],
  fault: ['a fault of Limpet ended it.', 'Look for a line with a code in the log, and report it.'],
};

/** Every way in which a tick can end, once. The order is that of the documents; codes are not kept anywhere. */
export const TICK_KINDS: readonly TickKind[] = TICK_OUTCOMES.flatMap((outcome): TickKind[] => {
  if (outcome !== 'failed') return [{ outcome, reason: '', meaning: OUTCOMES[outcome][0], hint: OUTCOMES[outcome][1] }];
  const reasons = Object.keys(FAILURES) as TickFailureReason[];
  return reasons.map((reason) => ({ outcome, reason, meaning: FAILURES[reason][0], hint: FAILURES[reason][1] }));
});

const CODES: ReadonlyMap<string, number> = new Map(TICK_KINDS.map(({ outcome, reason }, code) => [reason === '' ? outcome : reason, code]));

/** The code of an outcome without a reason, or of a failure by its reason. */
export function tickCode(kind: Exclude<TickOutcome, 'failed'> | TickFailureReason): number {
  return CODES.get(kind) ?? 0;
}

/** The kind behind a code. */
export function tickKind(code: number): TickKind {
  const kind = TICK_KINDS[code];
  if (kind === undefined) throw new RangeError(`no tick ends with code ${code}`);
  return kind;
}
