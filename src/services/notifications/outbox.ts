import type { Config, SmtpConfig } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import type { Clock, Log, Random } from '../../engine/ports.js';
import type { MailText } from '../../render/notifications.js';
import { listenerPath, type TicketEvent } from '../../render/tmf.js';
import type { NotifyTarget, OutboxDepth, OutboxMessage } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { type LookupAll, postWebhook } from './webhook.js';

interface OutboxOptions {
  readonly store: Pick<Store, 'outbox' | 'targets'>;
  readonly config: () => Config;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly lookup?: LookupAll;
  /** Called after each look at the outbox, for metrics. Must not throw. */
  readonly onDepth?: (depth: OutboxDepth) => void;
  /** How long to wait when nothing is due, since another process may add messages; milliseconds, 2,000 by default. */
  readonly restMs?: number;
}

interface Outbox {
  /** Sends each message that is due now once; resolves to the number of attempts. */
  turn(): Promise<number>;
  /** Repeats `turn` until it is stopped. */
  start(): void;
  /** Resolves when no message is in flight, or after 2 s. */
  stop(): Promise<void>;
}

const atOnce = 8;
const stopPatienceMs = 2_000;
const keptMs = 30 * 86_400_000;
const sweepEveryMs = 3_600_000;

/**
 * Delivers the messages of the outbox at least once each. Retries are delayed more and more, and end after the last
 * attempt.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, config, clock, random, log, version, lookup, onDepth, restMs = 2000 } = options;
  const { outbox, targets } = store;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let swept = -Infinity;

  const attempt = async (message: OutboxMessage): Promise<void> => {
    const { id, event, about, attempts } = message;
    const settle = (state: 'sent' | 'waiting' | 'dead', error: string | null, waitMs: number) =>
      outbox.tried(id, { state, error, at: clock.now(), dueAt: clock.now() + waitMs });
    const target = await targets.get(message.target);
    if (!target) {
      await settle('dead', 'its target was taken back', 0);
      return;
    }
    try {
      const now = clock.now();
      await send({ message, target, config: config(), now, version, ...(lookup && { lookup }) });
      await settle('sent', null, 0);
      log.debug({ id, event, about, target: target.id }, 'a message was delivered');
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      const { notifications } = config();
      const last = attempts + 1 >= notifications.attempts;
      const waitMs = backoffMs(attempts + 1, notifications, random);
      await settle(last ? 'dead' : 'waiting', why, last ? 0 : waitMs);
      const fields = { id, event, about, target: target.id, attempts: attempts + 1, why };
      if (last) log.error(fields, 'a message is given up: `pop-sla outbox list`');
      else log.warn({ ...fields, againInMs: waitMs }, 'a message did not arrive');
    }
  };

  const turn = async (): Promise<number> => {
    const now = clock.now();
    // Longer than any attempt, so that no other process takes a message in flight.
    const until = now + 2 * config().notifications.timeoutMs + 60_000;
    const due = await outbox.claim({ now, until, limit: atOnce });
    await Promise.all(due.map(attempt));
    if (now - swept >= sweepEveryMs) {
      swept = now;
      await outbox.sweep(now - keptMs);
    }
    if (onDepth) onDepth(await outbox.depth());
    return due.length;
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const tried = await turn().catch((error: unknown) => {
        log.error({ err: error }, 'the outbox could not be read');
        return 0;
      });
      if (tried === 0) await clock.sleep(restMs, stopping.signal);
    }
  };
  return {
    turn,
    start: () => {
      running = loop();
    },
    stop: () => {
      stopping.abort();
      // Messages in flight are sent again after the next start: the daemon does not wait for a remote server to stop.
      return Promise.race([running, clock.sleep(stopPatienceMs)]);
    },
  };
}
/**
 * The delay after a number of failed attempts, milliseconds: doubled each time up to the longest, and half of it
 * random.
 */
export function backoffMs(
  attempts: number,
  { firstRetryMs, longestRetryMs }: { readonly firstRetryMs: number; readonly longestRetryMs: number },
  random: () => number,
): number {
  const full = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 40));
  return Math.round(full / 2 + (full / 2) * random());
}

interface SendOptions {
  readonly message: OutboxMessage;
  readonly target: NotifyTarget;
  readonly config: Config;
  readonly now: EpochMs;
  readonly version: string;
  readonly lookup?: LookupAll;
}

/** Sends a message over its target's channel; rejects with the reason why it was not delivered. */
async function send({ message, target, config, now, version, lookup }: SendOptions): Promise<void> {
  const { timeoutMs, allow, smtp } = config.notifications;
  if (target.kind === 'mail') {
    if (smtp === null) throw new Error('notifications.smtp is not configured');
    const mail = JSON.parse(message.body) as MailText;
    return sendMail({ smtp, to: target.address, mail, delivery: message.key, timeoutMs });
  }
  return postWebhook({
    url: target.kind === 'tmf' ? listenerUrl(target.address, message.body) : target.address,
    body: message.body,
    secret: target.secret,
    delivery: message.key,
    event: message.event,
    now,
    timeoutMs,
    allow,
    userAgent: `pop-sla/${version}`,
    ...(lookup && { lookup }),
  });
}

function listenerUrl(callback: string, body: string): string {
  const { eventType } = JSON.parse(body) as { readonly eventType: TicketEvent };
  return `${callback.replace(/\/+$/, '')}${listenerPath(eventType)}`;
}

export interface MailOptions {
  readonly smtp: SmtpConfig;
  readonly to: string;
  readonly mail: MailText;
  /** The same for every attempt to send one message. */
  readonly delivery: string;
  readonly timeoutMs: number;
}

/** Sends a mail over SMTP. Resolves when the server accepted it; rejects with the reason, without secrets. */
export async function sendMail({ smtp, to, mail, delivery, timeoutMs }: MailOptions): Promise<void> {
  const { host, port, security, user, password, from } = smtp;
  // Loaded with the first mail: most installations send none.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== null && password !== null && { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // The content of a mail must never be read from files or the network.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to,
      subject: mail.subject,
      text: mail.text,
      messageId: `<${delivery.replace(/[^A-Za-z0-9.-]/g, '-')}@pop-sla.invalid>`,
      headers: { 'auto-submitted': 'auto-generated', 'x-pop-sla-delivery': delivery },
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(password === null ? text : text.replaceAll(password, '***'), { cause: error });
  } finally {
    transport.close();
  }
}
