/**
 * The error forced upon every loop of a pool with more targets than `target_limit` allows, or null. `targetCount`
 * counts after duplicates have collapsed; a limit of 0 is none (S-044).
 */
export function targetLimitError(targetCount: number, targetLimit: number): string | null {
  if (targetLimit <= 0 || targetCount <= targetLimit) return null;
  return `target_limit exceeded (number of targets: ${targetCount}, limit: ${targetLimit})`;
}
