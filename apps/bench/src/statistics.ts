/** The value below which the share `q` in [0, 1] of the values lies, between neighbours by their distance. NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The middle value: what a noisy machine disturbs least. NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Half of the values lie this far apart or less, as a share of the median: how much to trust it. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

/** The sum over the count. NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
