/** What the demo targets expose: pure functions of the time since the demo began, in seconds. */

const PATHS = ['/', '/login', '/cart', '/search'] as const;
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5] as const;
const DAY_SECONDS = 240;

/** A shop: requests by path with a daily rhythm, a latency histogram, temperatures. `phase` in [0, 1) tells shops apart. */
export function shopExposition(seconds: number, phase: number): string {
  const lines = ['# HELP shop_requests_total Requests served.', '# TYPE shop_requests_total counter'];
  PATHS.forEach((path, index) => lines.push(`shop_requests_total{path="${path}"} ${requestCount(seconds, phase, index)}`));
  lines.push('# HELP shop_request_duration_seconds Time to answer.', '# TYPE shop_request_duration_seconds histogram');
  const total = PATHS.reduce((sum, _, index) => sum + requestCount(seconds, phase, index), 0);
  BUCKETS.forEach((bound, index) => {
    const share = (index + 1) / (BUCKETS.length + 0.5);
    lines.push(`shop_request_duration_seconds_bucket{le="${bound}"} ${Math.floor(total * share)}`);
  });
  lines.push(`shop_request_duration_seconds_bucket{le="+Inf"} ${total}`);
  lines.push(`shop_request_duration_seconds_sum ${(total * 0.12).toFixed(3)}`, `shop_request_duration_seconds_count ${total}`);
  lines.push('# HELP shop_open_carts Carts that are being filled.', '# TYPE shop_open_carts gauge');
  lines.push(`shop_open_carts ${Math.round(40 * rhythm(seconds, phase))}`);
  return `${lines.join('\n')}\n`;
}

/** Whether the flapping target answers: up for 30 s, away for 15 s. */
export function isFlappingUp(seconds: number): boolean {
  return seconds % 45 < 30;
}

/** Milliseconds the slow target takes to answer: now and then longer than its timeout of 3 s. */
export function slowAnswerMs(seconds: number): number {
  return Math.floor(seconds / 20) % 3 === 2 ? 4_000 : 1_500;
}

function rhythm(seconds: number, phase: number): number {
  return 1 + 0.8 * Math.sin(2 * Math.PI * (seconds / DAY_SECONDS + phase));
}

function requestCount(seconds: number, phase: number, index: number): number {
  const rate = 5 / (index + 1);
  const swing = (DAY_SECONDS / (2 * Math.PI)) * 0.8;
  const integral = seconds - swing * (Math.cos(2 * Math.PI * (seconds / DAY_SECONDS + phase)) - Math.cos(2 * Math.PI * phase));
  return Math.floor(rate * integral);
}
