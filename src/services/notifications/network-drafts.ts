import type { Config } from '../../config/config.js';
import { aboutOf, keyOf, type NetworkEvent } from '../../core/network-event.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { notifyLanguage } from '../../i18n/mail.js';
import {
  chatBody,
  eventsJson,
  eventsMail,
  opsgenieBody,
  pagerDutyBody,
} from '../../render/network-events.js';
import { sha256 } from '../../seal/canonical.js';
import type { NotifyTarget, OutboxDraft } from '../../store/statement-store.js';
import { operatorZone, wants } from './notifier.js';

/** The messages for one target: one for all events, or for an incident system one for each. */
export function networkDrafts(
  events: readonly NetworkEvent[],
  target: NotifyTarget,
  config: Config,
): OutboxDraft[] {
  const { notifications, http } = config;
  const wanted = events.filter(({ event }) => wants(target, event));
  const [first] = wanted;
  if (first === undefined) return [];
  const { quietHours } = notifications;
  const text = {
    language: notifyLanguage(target.language),
    zone: operatorZone(config),
    publicUrl: http.publicUrl,
  };
  const draft = (of: readonly NetworkEvent[], body: object): OutboxDraft[] => {
    const [one] = of;
    if (one === undefined) return [];
    const urgent = quietHours === null || of.some(({ event }) => quietHours.urgent.includes(event));
    return [
      {
        key: `${groupKey(of.map(keyOf).join('+'))}>${target.id}`,
        target: target.id,
        event: one.event,
        about: aboutOf(one),
        body: JSON.stringify(body),
        at: one.at,
        ...(!urgent && { dueAt: quietUntil(one.at, quietHours) }),
      },
    ];
  };
  switch (target.kind) {
    case 'tmf':
      return [];
    case 'mail':
      return draft(wanted, eventsMail(wanted, text));
    case 'webhook':
      return draft(wanted, eventsJson(wanted, text));
    case 'pagerduty':
      return wanted.flatMap((event) => draft([event], pagerDutyBody(event, text)));
    case 'opsgenie':
      return wanted.flatMap((event) => draft([event], opsgenieBody(event, text)));
    case 'slack':
    case 'teams':
    case 'wecom':
    case 'dingtalk':
      return draft(wanted, chatBody(target.kind, wanted, text));
  }
}

const longestKey = 300;

/** A key of at most that length; another text has another one, however alike the two begin. */
const groupKey = (text: string): string => {
  if (text.length <= longestKey) return text;
  const digest = `#${sha256(text)}`;
  return `${text.slice(0, longestKey - digest.length)}${digest}`;
};

/** The end of the quiet hours that an instant lies in; the instant itself when it lies in none. */
export function quietUntil(
  at: EpochMs,
  { from, to, zone }: { readonly from: string; readonly to: string; readonly zone: string },
): EpochMs {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const [begin, end, now] = [minutes(from), minutes(to), minutes(formatInstant(at, zone).slice(11, 16))];
  const isQuiet = begin < end ? begin <= now && now < end : now >= begin || now < end;
  if (!isQuiet) return at;
  return at - (at % 60_000) + ((end - now + 1440) % 1440) * 60_000;
}
