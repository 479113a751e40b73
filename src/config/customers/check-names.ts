import type { Fault, KeyPath } from '../problem.js';
import { listed } from '../checks/draft.js';
import { didYouMean } from '../suggest.js';
import { allTerms, type Draft, type Surroundings } from './draft.js';

/** Every name refers to something, and every list gives an id once. */
export function checkNames(draft: Draft, { pops, plans }: Surroundings): Fault[] {
  const customers = idsOf(draft.customers);
  const sites = idsOf(draft.sites);
  const lines = idsOf(draft.lines);
  const refer = (at: KeyPath, id: string | undefined, what: string, known: readonly string[]): Fault[] =>
    id === undefined || known.includes(id)
      ? []
      : [
          {
            at,
            what: `is an unknown ${what}${didYouMean(id, known)}`,
            allowed: listed(known) || `a ${what}, and there are none`,
          },
        ];
  const customerOfSite = new Map((draft.sites ?? []).map((site) => [site?.id, site?.customer]));
  return [
    ...(['customers', 'sites', 'lines'] as const).flatMap((list) => onceEach(draft[list] ?? [], list)),
    ...(draft.resale ?? []).flatMap((link, index) => [
      ...refer(['resale', index, 'seller'], link?.seller, 'customer', customers),
      ...refer(['resale', index, 'buyer'], link?.buyer, 'customer', customers),
    ]),
    ...(draft.sites ?? []).flatMap((site, index) =>
      refer(['sites', index, 'customer'], site?.customer, 'customer', customers),
    ),
    ...(draft.lines ?? []).flatMap((line, index) => refer(['lines', index, 'pop'], line?.pop, 'PoP', pops)),
    ...(draft.services ?? []).flatMap((service, index) => [
      ...refer(['services', index, 'customer'], service?.customer, 'customer', customers),
      ...refer(['services', index, 'site'], service?.site, 'site', sites),
      ...(customers.includes(service?.customer ?? '')
        ? othersSite(['services', index, 'site'], service, customerOfSite)
        : []),
    ]),
    ...allTerms(draft)
      .flat()
      .flatMap(({ said, values, placeOf }) => [
        ...(said.includes('plan') ? refer(placeOf('plan'), values.plan, 'plan', [...plans.keys()]) : []),
        ...(said.includes('lines')
          ? (values.lines ?? []).flatMap((line, place, all) => [
              ...refer([...placeOf('lines'), place], line, 'line', lines),
              ...(line !== undefined && all.indexOf(line) < place
                ? [{ at: [...placeOf('lines'), place], what: 'is given twice', allowed: 'each line once' }]
                : []),
            ])
          : []),
        ...(said.includes('paths')
          ? (values.paths ?? []).flatMap((path, place) =>
              (path?.split('>') ?? []).flatMap((pop) =>
                refer([...placeOf('paths'), place], pop, `PoP ${JSON.stringify(pop)}`, pops),
              ),
            )
          : []),
      ]),
  ];
}

function idsOf(list: readonly ({ readonly id?: string | undefined } | undefined)[] | undefined): string[] {
  return [...new Set((list ?? []).flatMap((item) => item?.id ?? []))];
}

function onceEach(list: readonly ({ readonly id?: string | undefined } | undefined)[], key: string): Fault[] {
  const seen = new Map<string, number>();
  return list.flatMap((item, index) => {
    if (item?.id === undefined) return [];
    const first = seen.get(item.id);
    if (first === undefined) seen.set(item.id, index);
    return first === undefined
      ? []
      : [
          {
            at: [key, index, 'id'],
            what: `is given twice: ${key}[${first}] has it`,
            allowed: 'each id once',
          },
        ];
  });
}

function othersSite(
  at: KeyPath,
  service: { readonly customer?: string | undefined; readonly site?: string | undefined } | undefined,
  customerOfSite: ReadonlyMap<string | undefined, string | undefined>,
): Fault[] {
  const owner = service?.site === undefined ? undefined : customerOfSite.get(service.site);
  if (owner === undefined || service?.customer === undefined || owner === service.customer) return [];
  return [{ at, what: `is a site of ${owner}`, allowed: `a site of ${service.customer}` }];
}
