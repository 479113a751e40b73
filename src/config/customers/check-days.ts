import { addDays } from '../../core/time/date.js';
import type { Fault, KeyPath } from '../problem.js';
import { allTerms, overlap, type Draft } from './draft.js';

/** Days go forwards, and nothing is in two places on one day. */
export function checkDays(draft: Draft): Fault[] {
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

export function ends(at: KeyPath, from: string | undefined, to: string | undefined, first: string): Fault[] {
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
