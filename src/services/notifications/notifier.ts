import type { Config } from '../../config/config.js';
import { contractZone, sellersOf } from '../../core/customer/book.js';
import type { Ticket } from '../../core/ticket/report.js';
import type { Suggestion } from '../../core/ticket/suggestion.js';
import type { TicketRecord } from '../../core/ticket/actions.js';
import { forCustomer, isInternal, eventOfAction } from '../../core/ticket/visibility.js';
import { isReadyMade } from '../../core/target-kinds.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { reportJson, suggestionJson } from '../../render/tickets.js';
import { isoInstant } from '../../render/figures.js';
import { type NotifyLanguage, notifyLanguage } from '../../i18n/mail.js';
import { reportMail, reportSummary, suggestionMail, type MailText } from '../../render/notifications.js';
import { inLanguage } from '../../render/ticket-texts.js';
import { ticketEventJson, ticketEventsOf } from '../../render/tmf.js';
import type { NotifyTarget, OutboxDraft, TargetStore } from '../../store/statement-store.js';
import type { Occurrence } from '../tickets/append.js';

interface NotifierOptions {
  readonly targets: Pick<TargetStore, 'list'>;
  readonly config: () => Config;
}

/** Creates the messages for an event: one for each target that subscribed to it and may see it. */
export function createNotifier({ targets, config }: NotifierOptions) {
  return async (occurrences: readonly Occurrence[]): Promise<OutboxDraft[]> => {
    const all = await targets.list();
    return occurrences.flatMap((occurrence) =>
      all.flatMap((target) => draftsOf(target, occurrence, config())),
    );
  };
}

function draftsOf(target: NotifyTarget, { event, report }: Occurrence, config: Config): OutboxDraft[] {
  const { kind } = target;
  if (isReadyMade(kind)) return [];
  const own = target.customer === null;
  if (!own && (isInternal(event.action) || !seen(config, target.customer, report.customer, event.at)))
    return [];
  const told = eventOfAction(event.action);
  const shown = own ? report : forCustomer(report);
  const language = notifyLanguage(target.language);
  const draft = (body: object, part = ''): OutboxDraft => ({
    key: `${report.id}.${event.seq}${part}>${target.id}`,
    target: target.id,
    event: told,
    about: report.id,
    body: JSON.stringify(body),
    at: event.at,
  });
  switch (kind) {
    case 'tmf':
      if (isInternal(event.action)) return [];
      return ticketEventsOf(event)
        .filter((type) => wants(target, type))
        .map((type) =>
          draft(
            ticketEventJson(type, event, inLanguage(shown, language)),
            type === 'TroubleTicketResolvedEvent' ? '.resolved' : '',
          ),
        );
    case 'webhook':
      return wants(target, told) ? [draft(webhookBody(event, shown, language))] : [];
    case 'mail':
      return wants(target, told) ? [draft(mailBody(target, shown, event.action, config))] : [];
  }
}

/** The messages for a suggestion: to customers whose services use the path, and to the operator. */
export function suggestionDrafts(
  suggestion: Suggestion,
  targets: readonly NotifyTarget[],
  config: Config,
  customers: readonly string[],
): OutboxDraft[] {
  const at = suggestion.raisedAt;
  return targets.flatMap((target): OutboxDraft[] => {
    const may =
      target.customer === null || customers.some((customer) => seen(config, target.customer, customer, at));
    if ((target.kind !== 'webhook' && target.kind !== 'mail') || !may || !wants(target, 'suggestion'))
      return [];
    const shown = suggestionJson(suggestion);
    const { language, zone } = wordsFor(target, config);
    const mail = suggestionMail(suggestion, { language, zone });
    const body =
      target.kind === 'webhook'
        ? { event: 'suggestion', at: isoInstant(at), language, summary: mail.subject, suggestion: shown }
        : mail;
    return [
      {
        key: `suggestion:${suggestion.path}@${suggestion.firstSlot}>${target.id}`,
        target: target.id,
        event: 'suggestion',
        about: suggestion.path,
        body: JSON.stringify(body),
        at,
      },
    ];
  });
}

/** Whether a target that is not gone has subscribed to an event. */
export const wants = ({ goneAt, events }: NotifyTarget, event: string): boolean =>
  goneAt === undefined && (events.includes('*') || events.includes(event));

/** A customer may see its own events, and a reseller those of its customers while the reseller relation lasts. */
function seen(config: Config, who: string | null, customer: string, at: EpochMs): boolean {
  if (who === customer) return true;
  return (
    who !== null && sellersOf(config.book, customer, formatInstant(at, 'UTC').slice(0, 10)).includes(who)
  );
}

/** What people read of it is in the language of the target. */
function webhookBody({ at, action }: TicketRecord, report: Ticket, language: NotifyLanguage): object {
  return {
    event: eventOfAction(action),
    at: isoInstant(at),
    language,
    summary: reportSummary(report, action, { language }),
    report: reportJson(inLanguage(report, language), at),
  };
}

function mailBody(
  target: NotifyTarget,
  report: Ticket,
  action: Occurrence['event']['action'],
  config: Config,
): MailText {
  const customer = config.book.customers.find(({ id }) => id === report.customer)?.name ?? report.customer;
  return reportMail(report, action, { ...wordsFor(target, config), customer });
}

function wordsFor({ customer, language }: NotifyTarget, config: Config) {
  const own = config.book.customers.find(({ id }) => id === customer)?.timeZone;
  return { language: notifyLanguage(language), zone: own ?? operatorZone(config) };
}

/** The zone that the operator's own messages show times in: that of its quiet hours, else of its contracts. */
export function operatorZone({ notifications, book }: Config): string {
  return notifications.quietHours?.zone ?? contractZone(book);
}
