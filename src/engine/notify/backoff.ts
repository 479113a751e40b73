/** How long to wait after so many tries that failed: twice as long each time, at most the longest, and half of it by chance. */
export function backoffMs(
  attempts: number,
  { firstRetryMs, longestRetryMs }: { readonly firstRetryMs: number; readonly longestRetryMs: number },
  random: () => number,
): number {
  const full = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 40));
  return Math.round(full / 2 + (full / 2) * random());
}
