import type { Config } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import type { MailText } from '../../render/notify/mail.js';
import { listenerPath, type TicketEvent } from '../../render/tmf/event.js';
import type { NotifyTarget, OutboxMessage } from '../../store/notify-store.js';
import { sendMail } from './mail.js';
import { postWebhook, type LookupAll } from './webhook.js';

export interface SendOptions {
  readonly message: OutboxMessage;
  readonly target: NotifyTarget;
  readonly config: Config;
  readonly now: EpochMs;
  readonly version: string;
  readonly lookup?: LookupAll;
}

/** Sends a message by the way of its target; rejects with why it did not arrive. */
export async function send({ message, target, config, now, version, lookup }: SendOptions): Promise<void> {
  const { timeoutMs, allow, smtp } = config.notifications;
  if (target.kind === 'mail') {
    if (smtp === null) throw new Error('notifications.smtp is not configured');
    const mail = JSON.parse(message.body) as MailText;
    return sendMail({ smtp, to: target.address, mail, delivery: message.key, timeoutMs });
  }
  return postWebhook({
    url: target.kind === 'tmf' ? listenerUrl(target.address, message.body) : target.address,
    ...{ body: message.body, secret: target.secret, delivery: message.key, event: message.event },
    ...{ now, timeoutMs, allow, userAgent: `pop-sla/${version}`, ...(lookup && { lookup }) },
  });
}

function listenerUrl(callback: string, body: string): string {
  const { eventType } = JSON.parse(body) as { readonly eventType: TicketEvent };
  return `${callback.replace(/\/+$/, '')}${listenerPath(eventType)}`;
}
