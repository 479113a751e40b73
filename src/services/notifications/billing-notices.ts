import type { BillingNotice } from '../../core/billing/notices.js';
import type { Config } from '../../config/config.js';
import { notifyLanguage, say } from '../../i18n/mail.js';
import { isoInstant } from '../../render/figures.js';
import type { NotifyTarget, OutboxDraft, TargetStore } from '../../store/statement-store.js';
import { wants } from './notifier.js';

/**
 * The messages for what happened in the books: to the operator's targets, and to those of the account that is billed.
 * Who buys through a reseller is told nothing, since the reseller's statement is none of its business.
 */
const billingDrafts = (
  notices: readonly BillingNotice[],
  targets: readonly NotifyTarget[],
  { http: { publicUrl } }: Pick<Config, 'http'>,
): OutboxDraft[] =>
  notices.flatMap((notice) =>
    targets.flatMap((target): OutboxDraft[] => {
      const { event, at, about, nth, party, detail } = notice;
      if (target.kind !== 'mail' && target.kind !== 'webhook') return [];
      if (!wants(target, event) || (target.customer !== null && target.customer !== party)) return [];
      const language = notifyLanguage(target.language);
      const link = publicUrl === null ? [] : [publicUrl];
      const body =
        target.kind === 'webhook'
          ? { event, at: isoInstant(at), about, customer: party, detail }
          : {
              subject: say(language, `subject.${event}`, { about, detail }),
              text: `${[say(language, `text.${event}`, { about, detail }), ...link, say(language, 'footer')].join('\n\n')}\n`,
            };
      return [
        {
          key: `${event}:${about}${nth === undefined ? '' : `@${nth}`}>${target.id}`,
          target: target.id,
          event,
          about,
          body: JSON.stringify(body),
          at,
        },
      ];
    }),
  );

interface TellerOptions {
  readonly targets: Pick<TargetStore, 'list'>;
  readonly config: () => Config;
}

/** Makes the messages of notices, for whoever writes them in one transaction with what they tell of. */
export const billingTeller =
  ({ targets, config }: TellerOptions) =>
  async (notices: readonly BillingNotice[]): Promise<OutboxDraft[]> =>
    notices.length === 0 ? [] : billingDrafts(notices, await targets.list(), config());
