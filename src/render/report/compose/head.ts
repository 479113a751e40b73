import type { Block } from '../blocks.js';
import { named, stateOf, type Scene } from './scene.js';

/** Who, what and when; and whatever must be known before a figure is read. */
export function headBlocks(scene: Scene): Block[] {
  const { document, locale, names } = scene;
  const { words } = locale;
  const sealed = document.state === 'sealed';
  const plans = [...new Set(document.parts.map(({ plan }) => words.planVersion(plan.id, plan.version)))];
  const zones = [...new Set(document.parts.map(({ zone }) => zone))];
  const [first, last] = [document.parts[0], document.parts.at(-1)];
  const sellers = document.sellers.map((seller) => named(names.customers, seller)).join(' · ');
  const toDate = document.toDate;
  return [
    {
      kind: 'title',
      text: words.statementTitle,
      subtitle: `${locale.month(document.month)} · ${words.byService(document.service)}`,
      badge: { text: stateOf(scene), tone: sealed ? 'good' : 'bad' },
    },
    ...(sealed ? [] : [notice(words.draftNotice, 'bad')]),
    ...(toDate === null ? [] : [notice(words.toDateNotice(locale.instant(toDate)), 'warn')]),
    ...(document.complete ? [] : [notice(words.incompleteNotice, 'warn')]),
    ...(document.acceptedIncomplete === null
      ? []
      : [notice(words.acceptedNotice(document.acceptedIncomplete), 'warn')]),
    {
      kind: 'facts',
      columns: 2,
      facts: [
        { label: words.customer, value: named(names.customers, document.customer) },
        { label: words.service, value: document.service },
        { label: words.site, value: named(names.sites, document.site) },
        {
          label: words.period,
          value:
            first && last ? locale.span({ from: first.period.from, to: last.period.to }) : document.month,
        },
        ...(sellers === '' ? [] : [{ label: words.soldBy, value: sellers }]),
        { label: words.plan, value: plans.join('; ') },
        { label: words.zone, value: zones.join(', ') },
        { label: words.revision, value: words.revisionState(document.revision, stateOf(scene)) },
        { label: words.asOf, value: locale.instant(document.asOf) },
      ],
    },
  ];
}

const notice = (text: string, tone: 'bad' | 'warn'): Block => ({ kind: 'notice', text, tone });
