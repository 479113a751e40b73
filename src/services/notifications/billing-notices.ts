import type { BillingNotice } from '../../core/billing/notices.js';
import type { Config } from '../../config/config.js';
import { notifyLanguage, say } from '../../i18n/mail.js';
import { isoInstant } from '../../render/figures.js';
import type { NotifyTarget, OutboxDraft } from '../../store/statement-store.js';
import { wants } from './notifier.js';
import { type Recipient, type RecipientStore, recipientsOf } from './people.js';

/**
 * The messages for what happened in the books: to the operator's targets and people, and to those of the account that is
 * billed. Who buys through a reseller is told nothing, since the reseller's statement is none of its business.
 */
const billingDrafts = (
  notices: readonly BillingNotice[],
  recipients: readonly Recipient[],
  config: Pick<Config, 'http'>,
): OutboxDraft[] =>
  notices.flatMap((notice) => {
    const mailed = new Set<string>();
    return recipients.flatMap(({ target, concerns }): OutboxDraft[] => {
      if (!concerns(notice) || target.id === notice.by) return [];
      // Somebody with a target and an entry of its own gets one mail, by the target.
      const address = target.address.toLowerCase();
      if (target.kind === 'mail' && mailed.has(address)) return [];
      if (target.kind === 'mail') mailed.add(address);
      return [draftOf(notice, target, config)];
    });
  });

/** What somebody added a target for. */
const byTarget = (target: NotifyTarget): Recipient => ({
  target,
  concerns: ({ event, party }) =>
    (target.kind === 'mail' || target.kind === 'webhook') &&
    wants(target, event) &&
    (target.customer === null || target.customer === party),
});

function draftOf(
  { event, at, about, nth, party, detail }: BillingNotice,
  { id, kind, ...target }: NotifyTarget,
  { http: { publicUrl } }: Pick<Config, 'http'>,
): OutboxDraft {
  const language = notifyLanguage(target.language);
  const summary = say(language, `subject.${event}`, { about, detail });
  const link = publicUrl === null ? [] : [publicUrl];
  const text = `${[say(language, `text.${event}`, { about, detail }), ...link, say(language, 'footer')].join('\n\n')}\n`;
  const body =
    kind === 'webhook'
      ? { event, at: isoInstant(at), language, summary, about, customer: party, detail }
      : { subject: summary, text };
  const key = `${event}:${about}${nth === undefined ? '' : `@${nth}`}>${id}`;
  return { key, target: id, event, about, body: JSON.stringify(body), at };
}

interface TellerOptions {
  readonly store: RecipientStore;
  readonly config: () => Config;
}

/** Makes the messages of notices, for whoever writes them in one transaction with what they tell of. */
export const billingTeller =
  ({ store, config }: TellerOptions) =>
  async (notices: readonly BillingNotice[]): Promise<OutboxDraft[]> => {
    if (notices.length === 0) return [];
    const targets = (await store.targets.list()).map(byTarget);
    return billingDrafts(notices, [...targets, ...(await recipientsOf(store, config()))], config());
  };
