import { isIP } from 'node:net';
import { z } from 'zod';
import { networkEventNames, type NetworkEventName } from '../../core/network-event.js';
import { type ReportLanguage, reportLanguages } from '../../i18n/languages.js';
import { timeZone } from '../plan/scalars.js';
import {
  canonicalAddress,
  day,
  duration,
  formatDuration,
  formatNetwork,
  hour,
  minute,
  name,
  type Network,
  network,
  oneOf,
  readHostName,
  second,
  textual,
  whole,
  withoutNulls,
  wrong,
  yesOrNo,
} from '../scalars.js';

/** How customers and other systems are notified of what happens. */
export interface NotificationsConfig {
  /** So often a message is tried before it is given up. */
  readonly attempts: number;
  /** Before the second try; doubled before each further one, up to the longest. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** Of one try. */
  readonly timeoutMs: number;
  /** Networks of the operator that webhooks may go to all the same. */
  readonly allow: readonly Network[];
  /** Null: no mail is sent. */
  readonly smtp: SmtpConfig | null;
  /** Of messages to the operator, and to customers that have none of their own. */
  readonly language: ReportLanguage;
  /** Whether people with an address are told of statements and credits without a target of their own. */
  readonly people: boolean;
  /** Null: there are none. */
  readonly quietHours: QuietHours | null;
}

/** A time of the day in which events of the network wait, but for the urgent ones. */
export interface QuietHours {
  /** `HH:MM`; the end may lie before the begin: it is that of the next day. */
  readonly from: string;
  readonly to: string;
  /** IANA. */
  readonly zone: string;
  readonly urgent: readonly NetworkEventName[];
}

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly from: string;
  readonly user: string | null;
  readonly password: string | null;
}

export const mailSecurities = ['starttls', 'tls', 'none'] as const;

const mailAddress = () =>
  textual('an e-mail address, or a name with one, such as SLA desk <sla@example.net>', (text) =>
    /^(?:[^\r\n<>"]{1,100} <[^\s<>@]{1,64}@[^\s<>@]{1,253}>|[^\s<>@]{1,64}@[^\s<>@]{1,253})$/.test(text)
      ? text
      : wrong('is not an e-mail address'),
  );

const secret = () =>
  textual('one line of 1 to 200 characters', (text) =>
    text === '' || text.length > 200 || /[\r\n\0]/.test(text) ? wrong('is not one line') : text,
  );

const notificationsServer = () =>
  textual('a DNS name or an IP address', (text) =>
    isIP(text) === 0 ? readHostName(text) : canonicalAddress(text),
  );

const smtpSchema = z.strictObject({
  host: notificationsServer(),
  port: whole(1, 65_535).default(587),
  security: oneOf(mailSecurities).default('starttls'),
  from: mailAddress(),
  user: name(200).optional(),
  password: secret().optional(),
});

const timeOfDay = () =>
  textual('a time of the day, HH:MM', (text) =>
    /^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? text : wrong('is not a time of the day'),
  );

/** How customers and other systems are notified of what happens. */
const notificationsSchema = z.strictObject({
  attempts: whole(1, 100).default(12),
  firstRetry: duration(second, hour).default(10 * second),
  longestRetry: duration(second, day).default(hour),
  timeout: duration(100, minute).default(10 * second),
  webhooks: z.strictObject({ allow: z.array(network()).default([]) }).prefault({}),
  language: oneOf(reportLanguages).default('en'),
  people: yesOrNo().default(true),
  smtp: smtpSchema.optional(),
  quietHours: z
    .strictObject({
      from: timeOfDay(),
      to: timeOfDay(),
      zone: timeZone().default('UTC'),
      urgent: z.array(oneOf(networkEventNames)).default(['outage.opened', 'outage.closed']),
    })
    .optional(),
});

function buildNotifications(raw: z.output<typeof notificationsSchema>): NotificationsConfig {
  const {
    attempts,
    firstRetry,
    longestRetry,
    timeout,
    webhooks,
    language,
    people,
    smtp,
    quietHours = null,
  } = raw;
  return {
    attempts,
    firstRetryMs: firstRetry,
    longestRetryMs: longestRetry,
    timeoutMs: timeout,
    allow: webhooks.allow,
    language,
    people,
    quietHours,
    smtp: smtp === undefined ? null : { ...smtp, user: smtp.user ?? null, password: smtp.password ?? null },
  };
}

/** As a file says it. */
function plainNotifications(notifications: NotificationsConfig): object {
  const { attempts, firstRetryMs, longestRetryMs, timeoutMs, allow, language, people, smtp, quietHours } =
    notifications;
  return {
    attempts,
    firstRetry: formatDuration(firstRetryMs),
    longestRetry: formatDuration(longestRetryMs),
    timeout: formatDuration(timeoutMs),
    webhooks: { allow: allow.map(formatNetwork) },
    language,
    people,
    ...(quietHours && { quietHours }),
    ...(smtp && { smtp: withoutNulls(smtp) }),
  };
}

/** How customers and other systems are notified of what happens. */
export const notificationsSection = {
  schema: notificationsSchema,
  build: buildNotifications,
  show: plainNotifications,
};
