/** Share of the backlog to be caught up per second, and the share by which a wish may differ without effect (W-070). */
const CATCH_UP_PER_SECOND = 0.05;
const TOLERANCE = 0.3;
/** Seconds of delay above which the number of shards is not lowered. */
const DELAY_SECONDS_MAX = 10;

/** What is known of a queue; rates per second. */
export interface Throughput {
  /** Items handed to the queue (W-071). */
  readonly in: number;
  /** Items in finished batches (W-072). */
  readonly out: number;
  /** Items dropped before they were queued (W-073). */
  readonly dropped: number;
  /** Seconds spent in finished batches, summed over the shards (W-074). */
  readonly duration: number;
  /** Seconds by which the newest sample sent is behind the newest one received (W-075). */
  readonly delay: number;
}

export interface ShardBounds {
  readonly current: number;
  readonly min: number;
  readonly max: number;
}

/** The wish as a gauge shows it, and the number of shards that follows from it. */
export interface ShardDecision {
  /** Undefined where too little was sent to go by. */
  readonly desired: number | undefined;
  readonly shards: number;
}

/** How many shards keep up with what comes in and work off the backlog (W-076). */
export function desiredShards(throughput: Throughput, { current, min, max }: ShardBounds): ShardDecision {
  const { out, dropped, duration, delay } = throughput;
  if (out <= 0) return { desired: undefined, shards: current };
  const kept = out / (dropped + out);
  const backlog = delay * throughput.in * kept;
  const desired = (duration / out) * (throughput.in * kept + CATCH_UP_PER_SECOND * backlog);
  if (Number.isNaN(desired)) return { desired: undefined, shards: current }; // rates too small to divide by
  const whole = Math.ceil(desired);
  const isClose = whole >= current * (1 - TOLERANCE) && whole <= current * (1 + TOLERANCE);
  const isBehind = whole < current && delay > DELAY_SECONDS_MAX;
  return { desired, shards: isClose || isBehind ? current : Math.min(Math.max(whole, min), max) };
}
