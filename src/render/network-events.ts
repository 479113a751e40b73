import {
  aboutOf,
  isEnd,
  type MaintenanceWindow,
  type NetworkEvent,
  subjectOf,
} from '../core/network-event.js';
import { localeOf } from '../i18n/locale.js';
import { type NotifyLanguage, say } from '../i18n/mail.js';
import { isoInstant } from './figures.js';
import { type MailText, timeIn } from './notifications.js';
import { pathText } from './ticket-texts.js';
import type { ChatKind } from '../core/target-kinds.js';

interface TextOptions {
  readonly language: NotifyLanguage;
  /** IANA: how times are shown. */
  readonly zone: string;
  /** The address of the pages; null: no link. */
  readonly publicUrl: string | null;
}

/** One line that says what happened. */
function lineOf(event: NetworkEvent, options: TextOptions): string {
  const { language } = options;
  const time = timeIn(options);
  switch (event.event) {
    case 'outage.opened':
      return say(language, 'event.outage.opened', { port: event.port, since: time(event.from) });
    case 'outage.closed':
      return say(language, 'event.outage.closed', {
        port: event.port,
        since: time(event.from),
        duration: localeOf(language).duration((event.to ?? event.at) - event.from),
      });
    case 'path.severe':
    case 'path.recovered':
      return say(language, `event.${event.event}`, { path: pathText(event.path), slot: time(event.slot) });
    case 'month.budget':
      return say(language, 'event.month.budget', {
        service: event.service,
        percent: String(event.usedPercent),
      });
  }
}

/** The maintenance that went on meanwhile, each window once. */
function windowsOf(events: readonly NetworkEvent[]): readonly MaintenanceWindow[] {
  const windows = events.flatMap(({ maintenance = [] }) => maintenance);
  return [...new Map(windows.map((one) => [`${one.id} ${one.from}`, one])).values()];
}

function maintenanceLine({ id, scope, from, to }: MaintenanceWindow, options: TextOptions): string {
  const { language } = options;
  const time = timeIn(options);
  const covered = scope === 'all' ? say(language, 'event.everything') : fewOf(scope);
  return say(language, 'event.maintenance', {
    id,
    scope: covered,
    from: time(from),
    to: time(to),
  });
}

const named = 6;
const fewOf = (names: readonly string[]): string =>
  names.slice(0, named).join(', ') + (names.length > named ? ` +${names.length - named}` : '');

/** The page that shows what the event is about. */
function pageOf(event: NetworkEvent, publicUrl: string | null): string | null {
  if (publicUrl === null) return null;
  const page = {
    'outage.opened': '/outages',
    'outage.closed': '/outages',
    'path.severe': '/mesh',
    'path.recovered': '/mesh',
    'month.budget': '/services',
  }[event.event];
  return `${publicUrl.replace(/\/+$/, '')}${page}`;
}

function titleOf(events: readonly NetworkEvent[], options: TextOptions): string {
  const [first] = events;
  if (first === undefined) return '';
  const line = lineOf(first, options);
  const more = events.length - 1;
  return more === 0 ? line : say(options.language, 'event.more', { first: line, count: String(more) });
}

function linksOf(events: readonly NetworkEvent[], { publicUrl }: TextOptions): string[] {
  const pages = events.flatMap((event) => pageOf(event, publicUrl) ?? []);
  return [...new Set(pages)];
}

/** So many events at most are listed in a text; the rest is counted. */
const listed = 30;

function linesOf(events: readonly NetworkEvent[], options: TextOptions): string[] {
  const lines = events.slice(0, listed).map((event) => lineOf(event, options));
  const rest = events.length - lines.length;
  const told = rest === 0 ? lines : [...lines, say(options.language, 'event.rest', { count: String(rest) })];
  return [
    ...told,
    ...windowsOf(events)
      .slice(0, named)
      .map((one) => maintenanceLine(one, options)),
  ];
}

export function eventsMail(events: readonly NetworkEvent[], options: TextOptions): MailText {
  const parts = [
    linesOf(events, options).join('\n'),
    ...linksOf(events, options),
    say(options.language, 'footer'),
  ];
  return { subject: titleOf(events, options), text: `${parts.join('\n\n')}\n` };
}

/**
 * The body of an own webhook: `events` in the order in which they were noticed; instants in ISO 8601, UTC. What people
 * read of it is in the language of the target.
 */
export function eventsJson(events: readonly NetworkEvent[], options: TextOptions): object {
  const { publicUrl } = options;
  return {
    event: events[0]?.event,
    at: isoInstant(events[0]?.at ?? 0),
    language: options.language,
    summary: titleOf(events, options),
    events: events.map((event) => ({
      ...Object.fromEntries(
        Object.entries(event).map(([key, value]: [string, unknown]) => [
          key,
          ['at', 'from', 'to', 'slot', 'periodStart'].includes(key) && typeof value === 'number'
            ? isoInstant(value)
            : value,
        ]),
      ),
      maintenance: (event.maintenance ?? []).map(({ from, to, ...window }) => ({
        ...window,
        from: isoInstant(from),
        to: isoInstant(to),
      })),
      subject: subjectOf(event),
      text: lineOf(event, options),
      link: pageOf(event, publicUrl),
    })),
  };
}

const severityOf = {
  'outage.opened': 'critical',
  'path.severe': 'error',
  'month.budget': 'warning',
} as const;
const severity = ({ event }: NetworkEvent): 'critical' | 'error' | 'warning' | 'info' =>
  event in severityOf ? severityOf[event as keyof typeof severityOf] : 'info';

/** PagerDuty Events API v2, without the routing key, which is added when it is sent. */
export function pagerDutyBody(event: NetworkEvent, options: TextOptions): object {
  const link = pageOf(event, options.publicUrl);
  const common = { event_action: isEnd(event) ? 'resolve' : 'trigger', dedup_key: subjectOf(event) };
  if (isEnd(event)) return common;
  const details = windowsOf([event]).map((one) => maintenanceLine(one, options));
  return {
    ...common,
    payload: {
      summary: lineOf(event, options).slice(0, 1024),
      source: aboutOf(event),
      severity: severity(event),
      timestamp: isoInstant(event.at),
      component: aboutOf(event),
      group: 'pop-sla',
      class: event.event,
      ...(details.length > 0 && { custom_details: { maintenance: details } }),
    },
    client: 'pop-sla',
    ...(link !== null && { client_url: link, links: [{ href: link, text: 'pop-sla' }] }),
  };
}

const priorities = { critical: 'P1', error: 'P2', warning: 'P3', info: 'P5' } as const;

/** Opsgenie's Alert API: a new alert, or the note that closes one. */
export function opsgenieBody(event: NetworkEvent, options: TextOptions): object {
  const line = lineOf(event, options);
  if (isEnd(event)) return { alias: subjectOf(event), close: true, source: 'pop-sla', note: line };
  const link = linksOf([event], options);
  return {
    message: line.slice(0, 130),
    alias: subjectOf(event),
    description: [...linesOf([event], options), ...link].join('\n').slice(0, 15_000),
    priority: priorities[severity(event)],
    entity: aboutOf(event),
    source: 'pop-sla',
    tags: [event.event],
  };
}

/** What a chat's incoming webhook or robot takes. */
export function chatBody(kind: ChatKind, events: readonly NetworkEvent[], options: TextOptions): object {
  const title = titleOf(events, options);
  const lines = linesOf(events, options);
  const links = linksOf(events, options);
  const see = say(options.language, 'event.see');
  switch (kind) {
    case 'slack': {
      const tail = links.map((link) => `<${link}|${slackText(see)}>`);
      // A section takes 3,000 characters.
      const text = fitted(lines.map(slackText), { tail, joint: '\n', fits: (made) => made.length <= 3000 });
      return { text: slackText(title), blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] };
    }
    case 'teams':
      return {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.4',
              body: lines.map((text) => ({ type: 'TextBlock', text, wrap: true })),
              actions: links.map((url) => ({ type: 'Action.OpenUrl', title: see, url })),
            },
          },
        ],
      };
    case 'wecom':
      return { msgtype: 'markdown', markdown: { content: markdown(lines, links, see, 4096) } };
    case 'dingtalk':
      return { msgtype: 'markdown', markdown: { title, text: markdown(lines, links, see, 18_000) } };
  }
}

const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What is joined of lines and a tail so that it fits; lines at the end give way. */
function fitted(
  lines: readonly string[],
  {
    tail,
    joint,
    fits,
  }: { readonly tail: readonly string[]; readonly joint: string; readonly fits: (made: string) => boolean },
): string {
  for (let count = lines.length; count > 0; count -= 1) {
    const text = [...lines.slice(0, count), ...(count < lines.length ? ['…'] : []), ...tail].join(joint);
    if (fits(text)) return text;
  }
  return tail.join(joint);
}

/** Lines and links in so many bytes. */
function markdown(lines: readonly string[], links: readonly string[], see: string, bytes: number): string {
  const tail = links.map((link) => `[${see}](${link})`);
  return fitted(lines, { tail, joint: '\n\n', fits: (text) => Buffer.byteLength(text) <= bytes });
}
