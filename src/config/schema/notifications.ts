import { isIP } from 'node:net';
import { z } from 'zod';
import { canonicalAddress, readHostName } from '../scalars/address.js';
import { duration } from '../scalars/duration.js';
import { network } from '../scalars/network.js';
import { name, oneOf, whole } from '../scalars/plain.js';
import { textual, wrong } from '../scalars/scalar.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** When a fault report suggests itself. */
export const faultsSchema = z.strictObject({
  suggestAfterRounds: whole(1, 100).default(2),
});

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

const server = () =>
  textual('a DNS name or an IP address', (text) =>
    isIP(text) === 0 ? readHostName(text) : canonicalAddress(text),
  );

const smtpSchema = z.strictObject({
  host: server(),
  port: whole(1, 65_535).default(587),
  security: oneOf(mailSecurities).default('starttls'),
  from: mailAddress(),
  user: name(200).optional(),
  password: secret().optional(),
});

/** How customers and other systems are told of what happens. */
export const notificationsSchema = z.strictObject({
  attempts: whole(1, 100).default(12),
  firstRetry: duration(second, hour).default(10 * second),
  longestRetry: duration(second, 24 * hour).default(hour),
  timeout: duration(100, minute).default(10 * second),
  webhooks: z.strictObject({ allow: z.array(network()).default([]) }).prefault({}),
  smtp: smtpSchema.optional(),
});
