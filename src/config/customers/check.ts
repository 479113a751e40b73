import { currencyDecimals, parseAmount } from '../../core/money.js';
import { linesAllowed, type Plan, type PlanVersion, type ServiceClass } from '../../core/plan.js';
import { addDays } from '../../core/time/calendar.js';
import { listed } from '../checks/draft.js';
import { givenTwice } from '../given-twice.js';
import { didYouMean, type Fault, type KeyPath } from '../problem.js';
import { allTerms, type Draft, type DraftTerms, overlap, type Surroundings } from './draft.js';

/** Days go forwards, and nothing is in two places on one day. */
function checkDays(draft: Draft): Fault[] {
  return [
    ...(draft.services ?? []).flatMap((service, index) =>
      service === undefined ? [] : ends(['services', index, 'end'], service.start, service.end, '"start"'),
    ),
    ...changes(draft),
    ...twins(draft),
    ...handedOn(draft),
    ...sharedLines(draft),
    ...currencies(draft),
  ];
}

function ends(at: KeyPath, from: string | undefined, to: string | undefined, first: string): Fault[] {
  if (from === undefined || to === undefined || from < to) return [];
  return [{ at, what: `is not after ${first}, ${from}`, allowed: 'the first day without it' }];
}

function changes(draft: Draft): Fault[] {
  return (draft.services ?? []).flatMap((service, index) =>
    (service?.changes ?? []).flatMap((change, place, all): Fault[] => {
      const at = ['services', index, 'changes', place];
      if (change === undefined) return [];
      const faults: Fault[] = [];
      if (Object.entries(change).every(([key, value]) => key === 'from' || value === undefined)) {
        faults.push({ at, what: 'changes nothing', allowed: 'from, and at least one of the terms' });
      }
      const before = all[place - 1]?.from ?? service?.start;
      if (change.from === undefined) return faults;
      if (before !== undefined && change.from <= before) {
        const what = `is not after ${place === 0 ? 'the start' : 'the change before it'}, ${before}`;
        faults.push({ at: [...at, 'from'], what, allowed: 'changes in the order of their days' });
      }
      if (service?.end !== undefined && change.from >= service.end) {
        faults.push({
          at: [...at, 'from'],
          what: `is not before the end, ${service.end}`,
          allowed: 'a day of the service',
        });
      }
      return faults;
    }),
  );
}

function twins(draft: Draft): Fault[] {
  const services = draft.services ?? [];
  return services.flatMap((service, index) => {
    if (service?.id === undefined) return [];
    const days = { from: service.start, to: service.end };
    const first = services.findIndex(
      (other, place) =>
        place < index && other?.id === service.id && overlap(days, { from: other?.start, to: other?.end }),
    );
    const what = `is given twice at the same time: services[${first}] has it`;
    return first < 0 ? [] : [{ at: ['services', index, 'id'], what, allowed: 'each id once at a time' }];
  });
}

/** A statement is of one customer's service and month: an id goes on to another one in a later month. */
function handedOn(draft: Draft): Fault[] {
  const services = draft.services ?? [];
  return services.flatMap((service, index) => {
    const { id, customer, start } = service ?? {};
    if (id === undefined || customer === undefined || start === undefined) return [];
    const first = services.findIndex(
      (other) =>
        other?.id === id &&
        other.customer !== undefined &&
        other.customer !== customer &&
        other.end !== undefined &&
        other.end <= start &&
        // The last day with it.
        addDays(other.end, -1).slice(0, 7) === start.slice(0, 7),
    );
    const what = `is still of another customer in the month of its start, ${start.slice(0, 7)}: services[${first}] has it`;
    const allowed = 'an id that another customer takes up in a later month';
    return first < 0 ? [] : [{ at: ['services', index, 'id'], what, allowed }];
  });
}

function sharedLines(draft: Draft): Fault[] {
  const terms = allTerms(draft).flat();
  return terms.flatMap((here, index) =>
    (here.values.lines ?? []).flatMap((line, place): Fault[] => {
      const other = terms
        .slice(0, index)
        .find(
          (each) =>
            line !== undefined &&
            each.service !== here.service &&
            (each.values.lines ?? []).includes(line) &&
            overlap(each, here),
        );
      if (!other) return [];
      const what = `is on the service ${other.service ?? '?'} at the same time, from ${other.from ?? '?'}`;
      return [{ at: [...here.placeOf('lines'), place], what, allowed: 'a line on one service at a time' }];
    }),
  );
}

function currencies(draft: Draft): Fault[] {
  const known = new Map<string, string>();
  return allTerms(draft)
    .flat()
    .flatMap(({ site, values: { currency }, placeOf }): Fault[] => {
      if (site === undefined || currency === undefined) return [];
      const first = known.get(site);
      if (first === undefined) known.set(site, currency);
      if (first === undefined || first === currency) return [];
      const what = `is a second currency on the site ${site}`;
      return [{ at: placeOf('currency'), what, allowed: `${first}: a site has one currency` }];
    });
}

/** What is wrong between the items of a book, whether a file or people said them. */
export function checkBook(draft: Draft, around: Surroundings): Fault[] {
  return [
    ...checkNames(draft, around),
    ...checkResale(draft),
    ...checkDays(draft),
    ...checkTerms(draft, around),
  ];
}

/** Nobody buys from themselves, nor from two at once, and no chain of sellers comes back to where it began. */
function checkResale(draft: Draft): Fault[] {
  const links = draft.resale ?? [];
  return links.flatMap((link, index): Fault[] => {
    if (link === undefined) return [];
    const at = ['resale', index];
    const faults = ends([...at, 'to'], link.from, link.to, '"from"');
    const { seller, buyer } = link;
    if (seller === undefined || buyer === undefined) return faults;
    if (seller === buyer) {
      return [...faults, { at: [...at, 'buyer'], what: 'is the seller itself', allowed: 'another customer' }];
    }
    const second = links.findIndex(
      (other, place) => place < index && other?.buyer === buyer && overlap(other, link),
    );
    if (second >= 0) {
      const what = `has a seller at the same time, in resale[${second}]`;
      faults.push({ at: [...at, 'buyer'], what, allowed: 'one seller at a time' });
    }
    if (comesBack(links.slice(0, index + 1), index)) {
      faults.push({ at, what: 'makes a loop of sellers', allowed: 'distributor → reseller → end customer' });
    }
    return faults;
  });
}

/** Whether the seller of the last link buys, over links of the same days, from its buyer. */
function comesBack(links: readonly NonNullable<Draft['resale']>[number][], last: number): boolean {
  const link = links[last];
  const visited = new Set<string>();
  const climb = (buyer: string | undefined): boolean => {
    if (buyer === undefined || visited.has(buyer)) return false;
    if (buyer === link?.buyer) return true;
    visited.add(buyer);
    return links.some(
      (each) =>
        each !== undefined &&
        each !== link &&
        each.buyer === buyer &&
        link !== undefined &&
        overlap(each, link) &&
        climb(each.seller),
    );
  };
  return climb(link?.seller);
}

/** What the plan says to the terms: its classes, how many lines they have, and from when it is in force. */
function checkTerms(draft: Draft, { plans }: Surroundings): Fault[] {
  return allTerms(draft)
    .flat()
    .flatMap((terms) => {
      const plan = terms.values.plan === undefined ? undefined : plans.get(terms.values.plan);
      return [...rentFaults(terms), ...(plan ? planFaults(terms, plan) : [])];
    });
}

function rentFaults({ givenKeys: said, values: { rent, currency }, placeOf }: DraftTerms): Fault[] {
  if (rent === undefined || currency === undefined) return [];
  if (!said.includes('rent') && !said.includes('currency')) return [];
  const decimals = currencyDecimals(currency) ?? 2;
  const read = parseAmount(rent, decimals);
  if (!('fault' in read)) return [];
  const allowed = `an amount in ${currency} with ${decimals === 0 ? 'no decimals' : `at most ${decimals} decimals`}`;
  return [{ at: placeOf('rent'), what: 'has more decimals than its currency', allowed }];
}

function planFaults(terms: DraftTerms, plan: Plan): Fault[] {
  const { from, to, givenKeys: said, values, placeOf } = terms;
  if (from === undefined) return [];
  const first = plan.versions[0];
  const faults: Fault[] = [];
  // The month of the first day is judged by what comes into force in it, at the latest.
  if (first && first.effectiveFrom.slice(0, 7) > from.slice(0, 7)) {
    faults.push({
      at: placeOf('plan'),
      what: `is not in force on ${from}`,
      allowed: `a plan that is in force: ${plan.id} is from ${first.effectiveFrom} on`,
    });
  }
  const reported = versionsWithin(plan, from, to).find(
    ({ availability }) => availability.outages.startsAt !== 'detection',
  );
  if (reported && said.includes('plan')) {
    faults.push({
      at: placeOf('plan'),
      what: `begins outages with the customer's report (version ${reported.version}), and stored months don't know when that was`,
      allowed:
        'a plan with availability.outages.startsAt: detection; pop-sla evaluate judges cases by the others',
    });
  }
  if (values.class === undefined || !said.some((key) => ['plan', 'class', 'lines'].includes(key)))
    return faults;
  for (const version of versionsWithin(plan, from, to)) {
    const found = version.classes.get(values.class);
    if (found) {
      const count = lineFault(terms, found);
      if (count) return [...faults, count];
      continue;
    }
    const known = [...version.classes.keys()];
    const what = `is no class of the plan ${plan.id}, version ${version.version}${didYouMean(values.class, known)}`;
    return [...faults, { at: placeOf('class'), what, allowed: listed(known) }];
  }
  return faults;
}

function versionsWithin(plan: Plan, from: string, to: string | undefined): PlanVersion[] {
  return plan.versions.filter((version, index) => {
    const next = plan.versions[index + 1]?.effectiveFrom;
    const begins = to === undefined || version.effectiveFrom < to;
    return begins && (next === undefined || next.slice(0, 7) >= from.slice(0, 7));
  });
}

function lineFault(terms: DraftTerms, serviceClass: ServiceClass): Fault | null {
  const { id, minLines, maxLines } = serviceClass;
  const count = terms.values.lines?.length;
  if (count === undefined || (count >= minLines && (maxLines === null || count <= maxLines))) return null;
  return {
    at: terms.placeOf('lines'),
    what: `has ${count} ${count === 1 ? 'line' : 'lines'} in the class ${id}`,
    allowed: linesAllowed(serviceClass),
  };
}

/** Every name refers to something, and every list gives an id once. */
function checkNames(draft: Draft, { pops, plans }: Surroundings): Fault[] {
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
    ...(['customers', 'sites', 'lines'] as const).flatMap((list) =>
      givenTwice(
        (draft[list] ?? []).map((item) => item?.id),
        { list, at: (index) => [list, index, 'id'], allowed: 'each id once' },
      ),
    ),
    ...(draft.customers ?? []).flatMap((customer, index) =>
      refer(['customers', index, 'billTo'], customer?.billTo, 'customer', customers),
    ),
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
      .flatMap(({ givenKeys: said, values, placeOf }) => [
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

function othersSite(
  at: KeyPath,
  service: { readonly customer?: string | undefined; readonly site?: string | undefined } | undefined,
  customerOfSite: ReadonlyMap<string | undefined, string | undefined>,
): Fault[] {
  const owner = service?.site === undefined ? undefined : customerOfSite.get(service.site);
  if (owner === undefined || service?.customer === undefined || owner === service.customer) return [];
  return [{ at, what: `is a site of ${owner}`, allowed: `a site of ${service.customer}` }];
}
