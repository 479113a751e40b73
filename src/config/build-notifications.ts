import type { NotificationsConfig } from './config.js';
import type { RawConfig } from './schema/schema.js';

export function buildNotifications(raw: RawConfig['notifications']): NotificationsConfig {
  const { attempts, firstRetry, longestRetry, timeout, webhooks, smtp } = raw;
  return {
    attempts,
    firstRetryMs: firstRetry,
    longestRetryMs: longestRetry,
    timeoutMs: timeout,
    allow: webhooks.allow,
    smtp: smtp === undefined ? null : { ...smtp, user: smtp.user ?? null, password: smtp.password ?? null },
  };
}
