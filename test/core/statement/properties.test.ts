/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- a case that a test breaks in every way has no type */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resultOf, type Json } from '../../config/case/support.js';

const monthStart = Date.parse('2026-10-01T00:00:00+08:00');
const hour = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

const lines = ['l1', 'l2', 'l3', 'l4'];
/** Hours of the month and a little around it; halves of an hour make neighbours touch. */
const span = fc
  .tuple(fc.integer({ min: -48, max: 1500 }), fc.integer({ min: 1, max: 240 }))
  .map(([from, length]) => ({
    from: iso(monthStart + (from * hour) / 2),
    to: iso(monthStart + ((from + length) * hour) / 2),
  }));
const outage = fc.tuple(fc.constantFrom(...lines), span).map(([line, each]) => ({ line, ...each }));
const scope = fc.oneof(
  fc.constant<Json>('all'),
  fc.constantFrom(...lines).map((line) => ({ lines: [line] })),
  fc.constantFrom('HKG', 'SIN').map((pop) => ({ pops: [pop] })),
  fc.constantFrom('a', 'b', 'c').map((service) => ({ services: [service] })),
);
const exclusion = fc
  .tuple(fc.constantFrom('planned-maintenance', 'emergency-maintenance', 'third-party'), scope, span)
  .map(([kind, where, each]) => ({ kind, scope: where, ...each, noticeAt: '2026-01-01T00:00:00Z' }));
const cents = fc.integer({ min: 0, max: 200_000 }).map((minor) => (minor / 100).toFixed(2));

const monthCase = fc
  .record({
    outages: fc.array(outage, { maxLength: 6 }),
    exclusions: fc.array(exclusion, { maxLength: 4 }),
    rents: fc.tuple(cents, cents, cents),
    start: fc.constantFrom('2026-01-01', '2026-10-05', '2026-10-31'),
    end: fc.constantFrom(null, '2026-11-01', '2026-12-01'),
  })
  .map(({ outages, exclusions, rents, start, end }): Json => {
    const service = (id: string, site: string, serviceClass: string, on: string[], rent: string) => ({
      id,
      site,
      class: serviceClass,
      lines: on,
      start,
      end,
      paths: [],
      monthlyRent: { amount: rent, currency: 'HKD' },
    });
    return {
      plan: 'ctg-cloud-connection',
      month: '2026-10',
      lines: lines.map((id, index) => ({ id, pop: index % 2 === 0 ? 'HKG' : 'SIN' })),
      services: [
        service('a', 'one', 'single', ['l1'], rents[0]),
        service('b', 'one', 'protected-dual', ['l2', 'l3'], rents[1]),
        service('c', 'two', 'protected-single', ['l4'], rents[2]),
      ],
      outages,
      exclusions,
    };
  });

const runs = { numRuns: 60 };
const down = (c: Json): Map<string, number> =>
  new Map(resultOf(c).services.map((service) => [service.id, service.unavailableMs]));
const minor = (amount: string) => BigInt(amount.replace('.', ''));

describe('any month', () => {
  test('an exclusion never lowers an availability', () => {
    fc.assert(
      fc.property(monthCase, exclusion, (c, more) => {
        const before = down(c);
        for (const [id, ms] of down({ ...c, exclusions: [...c.exclusions, more] })) {
          expect(ms).toBeLessThanOrEqual(before.get(id) ?? -1);
        }
      }),
      runs,
    );
  });

  test('an outage never raises an availability', () => {
    fc.assert(
      fc.property(monthCase, outage, (c, more) => {
        const before = down(c);
        for (const [id, ms] of down({ ...c, outages: [...c.outages, more] })) {
          expect(ms).toBeGreaterThanOrEqual(before.get(id) ?? Infinity);
        }
      }),
      runs,
    );
  });

  test('the order of services, outages and exclusions changes no figure', () => {
    fc.assert(
      fc.property(monthCase, (c) => {
        const turned = { ...c };
        for (const key of ['services', 'lines', 'outages', 'exclusions']) turned[key] = c[key].toReversed();
        const [one, other] = [resultOf(c), resultOf(turned)];
        expect(other.services.toReversed()).toEqual(one.services);
        expect(other.sites.toSorted((a, b) => (a.site < b.site ? -1 : 1))).toEqual(
          one.sites.toSorted((a, b) => (a.site < b.site ? -1 : 1)),
        );
      }),
      runs,
    );
  });

  test('cutting every outage and exclusion in two changes nothing', () => {
    const cut = (list: Json[]) =>
      list.flatMap((each) => {
        const middle = iso((Date.parse(each.from) + Date.parse(each.to)) / 2);
        return [
          { ...each, to: middle },
          { ...each, from: middle },
        ];
      });
    fc.assert(
      fc.property(monthCase, (c) => {
        expect(resultOf({ ...c, outages: cut(c.outages), exclusions: cut(c.exclusions) })).toEqual(
          resultOf(c),
        );
      }),
      runs,
    );
  });

  test('the credits of a site are the sum of those of its services, and within its cap', () => {
    fc.assert(
      fc.property(monthCase, (c) => {
        const { services, sites } = resultOf(c);
        for (const site of sites) {
          const own = services.filter((service) => service.site === site.site);
          const sum = (amounts: string[]) => amounts.reduce((total, each) => total + minor(each), 0n);
          expect(minor(site.credit)).toBe(sum(own.map(({ credit }) => credit.amount)));
          expect(minor(site.rent)).toBe(sum(own.map(({ rent }) => rent.amount)));
          expect(minor(site.credit) <= minor(site.cap ?? '-1')).toBe(true);
          for (const { credit } of own) expect(credit.capped).toBe(credit.amount !== credit.uncapped);
        }
      }),
      runs,
    );
  });

  test('unavailable, excused and the outages of a single line add up', () => {
    fc.assert(
      fc.property(monthCase, (c) => {
        const excusable = resultOf(c).services;
        const all = resultOf({ ...c, exclusions: [] }).services;
        excusable.forEach((service, index) => {
          expect(service.unavailableMs + service.excusedMs).toBe(all[index]?.unavailableMs);
        });
      }),
      runs,
    );
  });
});

test('the rents of a month in pieces are within a unit of it for each piece', () => {
  fc.assert(
    fc.property(cents, fc.uniqueArray(fc.integer({ min: 2, max: 31 }), { maxLength: 6 }), (amount, days) => {
      const cuts = [
        '2026-01-01',
        ...days.toSorted((a, b) => a - b).map((day) => `2026-10-${String(day).padStart(2, '0')}`),
      ];
      const services = cuts.map((start, index) => ({
        id: 'a',
        site: 's',
        class: 'single',
        lines: ['l1'],
        paths: [],
        start,
        end: cuts[index + 1] ?? null,
        monthlyRent: { amount, currency: 'HKD' },
      }));
      const result = resultOf({
        plan: 'ctg-cloud-connection',
        month: '2026-10',
        lines: [{ id: 'l1', pop: 'X' }],
        services,
      });
      const sum = result.services.reduce((total, { rent }) => total + minor(rent.amount), 0n);
      const off = sum - minor(amount);
      expect(2n * (off < 0n ? -off : off) <= BigInt(services.length)).toBe(true);
    }),
    runs,
  );
});
