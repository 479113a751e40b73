import { createTransport } from 'nodemailer';
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
  /** Told after each look at the outbox: for metrics. Must not throw. */
  readonly onDepth?: (depth: OutboxDepth) => void;
  /** How long to rest when nothing is due; another process may put something in. 2 s by default. */
  readonly restMs?: number;
}

interface Outbox {
  /** Sends what is due now, once each; resolves to how many were tried. */
  turn(): Promise<number>;
  /** Looks again and again until it is stopped. */
  start(): void;
  /** Resolves when nothing is in flight any more, or after 2 s. */
  stop(): Promise<void>;
}

const atOnce = 8;
const stopPatienceMs = 2_000;
const keptMs = 30 * 86_400_000;
const sweepEveryMs = 3_600_000;

/** Empties the outbox: at least once each, later and later after failures, and given up after the last try. */
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
    // Longer than any try, so that nobody else takes what is in flight.
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
      // What is in flight then comes again: the daemon's end does not wait for somebody else's server.
      return Promise.race([running, clock.sleep(stopPatienceMs)]);
    },
  };
}
/** How long to wait after so many tries that failed: twice as long each time, at most the longest, and half of it by chance. */
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

/** Sends a message by the way of its target; rejects with why it did not arrive. */
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
  /** The same for every try of one message. */
  readonly delivery: string;
  readonly timeoutMs: number;
}

/** Hands a mail to the server. Resolves when the server took it; rejects with why not, without secrets. */
export async function sendMail({ smtp, to, mail, delivery, timeoutMs }: MailOptions): Promise<void> {
  const { host, port, security, user, password, from } = smtp;
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
    // Nothing of a mail comes from files or the network.
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
