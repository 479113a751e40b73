import type { NotificationsConfig } from './config.js';
import { formatDuration } from './scalars/duration.js';
import { formatNetwork } from './scalars/network.js';

/** As a file says it. */
export function plainNotifications(notifications: NotificationsConfig): object {
  const { attempts, firstRetryMs, longestRetryMs, timeoutMs, allow, smtp } = notifications;
  return {
    attempts,
    firstRetry: formatDuration(firstRetryMs),
    longestRetry: formatDuration(longestRetryMs),
    timeout: formatDuration(timeoutMs),
    webhooks: { allow: allow.map(formatNetwork) },
    ...(smtp && {
      smtp: Object.fromEntries(Object.entries(smtp).filter(([, value]) => value !== null)),
    }),
  };
}
