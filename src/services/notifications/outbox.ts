import { createHmac } from 'node:crypto';
import type { Config, SmtpConfig } from '../../config/config.js';
import { type TargetKind, messagesPerMinute } from '../../core/target-kinds.js';
import { endEvents } from '../../core/network-event.js';
import type { EpochMs } from '../../core/types.js';
import type { Clock, Log, Random } from '../../engine/ports.js';
import type { MailText } from '../../render/notifications.js';
import { listenerPath, type TicketEvent } from '../../render/tmf.js';
import type { NotifyTarget, OutboxDepth, OutboxMessage } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { recipientOf, type RecipientStore } from './people.js';
import type { LookupAll, WebhookOptions } from './webhook.js';
import { WebhookAnswerError } from './webhook-answer.js';

interface OutboxOptions {
  readonly store: Pick<Store, 'outbox'> & RecipientStore;
  readonly config: () => Config;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly lookup?: LookupAll;
  /** Called after each look at the outbox, for metrics. Must not throw. */
  readonly onDepth?: (depth: OutboxDepth) => void;
  /**
   * How long to wait when nothing is due and nobody calls `wake`, since another process may add messages;
   * milliseconds, 2,000 by default.
   */
  readonly restMs?: number;
}

interface Outbox {
  /** Sends each message that is due now once; resolves to the number of attempts. */
  turn(): Promise<number>;
  /** Sends what is due until it is stopped; a target that does not answer holds up no other one. */
  start(): void;
  /** Looks at the outbox at once: messages were added. */
  readonly wake: () => void;
  /** Resolves when no message is in flight, or after 2 s. */
  stop(): Promise<void>;
}

const atOnce = 32;
const claimedAtOnce = 8;
/** A target with so many in flight gets no more: those that hang leave room for others. */
const atOnceOfTarget = 4;
const stopPatienceMs = 2_000;
const keptMs = 30 * 86_400_000;
const sweepEveryMs = 3_600_000;
/** A target is left alone for as long as it asks, up to a day. */
const longestAskedMs = 86_400_000;

/**
 * Delivers the messages of the outbox at least once each. Retries are delayed more and more, and end after the last
 * attempt.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, config, clock, random, log, version, lookup, onDepth, restMs = 2000 } = options;
  const { outbox, targets } = store;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let woken = new AbortController();
  /** With the target that each goes to. */
  const inFlight = new Map<Promise<void>, string>();
  const minute = messagesOfTheMinute();
  let swept = -Infinity;
  /** Until when a target asked to be left alone. */
  const pausedUntil = new Map<string, EpochMs>();

  const attempt = async (message: OutboxMessage): Promise<void> => {
    const { id, event, about, attempts } = message;
    const settle = (state: 'sent' | 'waiting' | 'dead', error: string | null, waitMs: number) =>
      outbox.tried(id, { state, error, at: clock.now(), dueAt: clock.now() + waitMs });
    const target = await recipientOf(store, message.target, config());
    if (!target) {
      await settle('dead', 'its target was taken back', 0);
      return;
    }
    if (target.goneAt !== undefined) {
      await settle('dead', 'its target is gone (410)', 0);
      return;
    }
    // Its claim ends by itself: nothing was tried.
    if ((pausedUntil.get(target.id) ?? 0) > clock.now()) return;
    // An incident that ends before it begins would stay open.
    if (endEvents.some((one) => one === event) && (await outbox.isPreceded(message))) return;
    if (!minute.admits(target, clock.now())) return;
    try {
      const now = clock.now();
      await send({ message, target, config: config(), now, version, ...(lookup && { lookup }) });
      await settle('sent', null, 0);
      log.debug({ id, event, about, target: target.id }, 'a message was delivered');
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      const { notifications } = config();
      const answer = error instanceof WebhookAnswerError ? error : null;
      const status = answer?.status ?? null;
      const askedMs = Math.min(answer?.retryAfterMs ?? 0, longestAskedMs);
      if (status === 410) {
        await targets.gone(target.id, clock.now());
        log.error({ id, target: target.id, about }, 'a target is gone (410): nothing is sent there any more');
      }
      const last = attempts + 1 >= notifications.attempts || status === 410;
      const waitMs = Math.max(backoffMs(attempts + 1, notifications, random), askedMs);
      if (status === 429 || status === 503) pausedUntil.set(target.id, clock.now() + askedMs);
      await settle(last ? 'dead' : 'waiting', why, last ? 0 : waitMs);
      const fields = { id, event, about, target: target.id, attempts: attempts + 1, why };
      if (last) log.error(fields, 'a message is given up: `pop-sla outbox list`');
      else log.warn({ ...fields, againInMs: waitMs }, 'a message did not arrive');
    }
  };

  const wake = (): void => {
    woken.abort();
  };
  const busyTargets = (): string[] => {
    const targetsOf = [...inFlight.values()];
    return [...new Set(targetsOf)].filter(
      (target) => targetsOf.filter((one) => one === target).length >= atOnceOfTarget,
    );
  };
  /** Begins to send what is due, as far as not too many are in flight. */
  const begin = async (): Promise<Promise<void>[]> => {
    const now = clock.now();
    // Longer than any attempt, so that no other process takes a message in flight.
    const until = now + 2 * config().notifications.timeoutMs + 60_000;
    const limit = Math.min(claimedAtOnce, atOnce - inFlight.size);
    const due = limit === 0 ? [] : await outbox.claim({ now, until, limit, except: busyTargets() });
    const attempts = due.map((message) => {
      const one = attempt(message)
        .catch((error: unknown) => {
          log.error({ err: error, id: message.id }, 'what became of a message could not be stored');
        })
        .finally(() => {
          inFlight.delete(one);
          wake();
        });
      inFlight.set(one, message.target);
      return one;
    });
    if (now - swept >= sweepEveryMs) {
      swept = now;
      await outbox.sweep(now - keptMs);
    }
    return attempts;
  };
  const tellDepth = async (): Promise<void> => {
    if (onDepth) onDepth(await outbox.depth());
  };
  const looked = async (): Promise<Promise<void>[]> => {
    const begun = await begin();
    await tellDepth();
    return begun;
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      woken = new AbortController();
      const begun = await looked().catch((error: unknown) => {
        log.error({ err: error }, 'the outbox could not be read');
        return [];
      });
      if (begun.length < claimedAtOnce)
        await clock.sleep(restMs, AbortSignal.any([stopping.signal, woken.signal]));
    }
    await Promise.all(inFlight.keys());
  };
  return {
    turn: async () => {
      const begun = await begin();
      await Promise.all(begun);
      await tellDepth();
      return begun.length;
    },
    start: () => {
      running = loop();
    },
    wake,
    stop: () => {
      stopping.abort();
      // Messages in flight are sent again after the next start: the daemon does not wait for a remote server to stop.
      return Promise.race([running, clock.sleep(stopPatienceMs)]);
    },
  };
}

/** Counts the messages to each target, since chat robots refuse more than so many a minute, and go on refusing then. */
function messagesOfTheMinute() {
  const sent = new Map<string, EpochMs[]>();
  return {
    /** Whether one more message may go to the target now; it is counted. */
    admits: ({ id, kind }: Pick<NotifyTarget, 'id' | 'kind'>, now: EpochMs): boolean => {
      const most = messagesPerMinute(kind);
      if (most === null) return true;
      const recent = (sent.get(id) ?? []).filter((at) => now - at < 60_000);
      sent.set(id, recent);
      if (recent.length >= most) return false;
      recent.push(now);
      return true;
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
  const { postWebhook } = await import('./webhook.js');
  return postWebhook({
    ...requestOf(target.kind, target, message.body, now),
    delivery: message.key,
    event: message.event,
    now,
    timeoutMs,
    // Networks that the operator opens are for its own targets.
    allow: target.customer === null ? allow : [],
    userAgent: `pop-sla/${version}`,
    ...(lookup && { lookup }),
  });
}

type WebhookRequest = Pick<WebhookOptions, 'url' | 'body' | 'secret' | 'headers' | 'refusedBy'>;

/**
 * A request as a kind wants it. The key of a ready-made kind goes where the service looks for it, and never into the
 * outbox.
 */
export function requestOf(
  kind: Exclude<TargetKind, 'mail'>,
  { address, secret }: Pick<NotifyTarget, 'address' | 'secret'>,
  body: string,
  now: EpochMs,
): WebhookRequest {
  switch (kind) {
    case 'webhook':
      return { url: address, body, secret };
    case 'tmf':
      return { url: listenerUrl(address, body), body, secret };
    case 'pagerduty':
      return {
        url: address,
        body: JSON.stringify({ routing_key: secret, ...(JSON.parse(body) as object) }),
        secret: null,
      };
    case 'opsgenie': {
      const { close, ...rest } = JSON.parse(body) as { readonly close?: true; readonly alias: string };
      const headers = { authorization: `GenieKey ${secret ?? ''}` };
      if (close !== true) return { url: address, body, secret: null, headers };
      const { alias, ...note } = rest;
      const url = `${address.replace(/\/+$/, '')}/${encodeURIComponent(alias)}/close?identifierType=alias`;
      return { url, body: JSON.stringify(note), secret: null, headers };
    }
    case 'slack':
    case 'teams':
      return { url: address, body, secret: null };
    case 'wecom':
      return { url: address, body, secret: null, refusedBy: robotError };
    case 'dingtalk': {
      const url = new URL(address);
      if (secret !== null) {
        url.searchParams.set('timestamp', String(now));
        url.searchParams.set(
          'sign',
          createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'),
        );
      }
      return { url: url.href, body, secret: null, refusedBy: robotError };
    }
  }
}

/** What the robots answer to too many messages, and for how long they then refuse more. */
const tooManyMs = new Map<unknown, number>([
  [45_009, 60_000],
  [130_101, 600_000],
]);

/** These robots answer 200 whatever happens; what they mean is in the body. */
function robotError(answer: string): ReturnType<NonNullable<WebhookOptions['refusedBy']>> {
  try {
    const { errcode, errmsg } = JSON.parse(answer) as {
      readonly errcode?: unknown;
      readonly errmsg?: unknown;
    };
    if (errcode === 0) return null;
    return {
      why: `refused: ${String(errcode)} ${String(errmsg)}`,
      waitMs: tooManyMs.get(errcode) ?? null,
    };
  } catch {
    return { why: 'answered something else than JSON', waitMs: null };
  }
}

function listenerUrl(callback: string, body: string): string {
  const { eventType } = JSON.parse(body) as { readonly eventType: TicketEvent };
  const url = new URL(callback);
  // What stands behind the `?` of the callback stays there.
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${listenerPath(eventType)}`;
  return url.href;
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
