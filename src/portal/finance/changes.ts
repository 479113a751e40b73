import type { Part, StatementDocument } from '../../core/statement/document.js';
import type { EpochMs } from '../../core/types.js';
import { pathText } from '../../render/ticket-texts.js';
import type { Shell } from '../shell.js';
import { outagesOf, type SeenOutage } from './seen-outages.js';

interface Row {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** An outage that is another than before: one line, whoever saw it. */
interface OutageChange {
  readonly what: 'added' | 'gone' | 'changed';
  readonly port: string;
  readonly before: SeenOutage | null;
  readonly after: SeenOutage | null;
}

interface ExclusionChange {
  readonly what: 'added' | 'gone' | 'changed';
  readonly id: string;
  readonly kind: string;
}

/** How one statement differs from another, money first, every figure by its name. */
interface Changes {
  readonly money: readonly Row[];
  readonly figures: readonly Row[];
  readonly outages: readonly OutageChange[];
  readonly exclusions: readonly ExclusionChange[];
}

interface ChangesInput {
  readonly before: StatementDocument;
  readonly after: StatementDocument;
}

export function changesOf({ before, after }: ChangesInput, shell: Speech): Changes {
  return {
    money: moneyRows(before, after, shell),
    figures: [...figureRows(before, after, shell), ...pathRows(before, after, shell)],
    outages: outageChanges(outagesOf(before.outages), outagesOf(after.outages)),
    exclusions: exclusionChanges(before, after),
  };
}

type Speech = Pick<Shell, 'w' | 'r' | 'f'>;

const rowOf = (name: string, before: string, after: string): readonly Row[] =>
  before === after ? [] : [{ name, before, after }];

function moneyRows(before: StatementDocument, after: StatementDocument, { w, f }: Speech): readonly Row[] {
  const { month: m, statement: t } = w.finance;
  const money = ({ currency }: StatementDocument, amount: string | null): string =>
    amount === null ? f.nothing : f.amount(amount, currency);
  const row = (name: string, of: (total: StatementDocument['total']) => string | null): readonly Row[] =>
    rowOf(name, money(before, of(before.total)), money(after, of(after.total)));
  return [
    ...row(m.credit, ({ credit }) => credit),
    ...row(t.tax, ({ tax }) => tax),
    ...row(t.net, ({ net }) => net),
    ...row(m.rent, ({ rent }) => rent),
  ];
}

function figureRows(
  before: StatementDocument,
  after: StatementDocument,
  { w, r, f }: Speech,
): readonly Row[] {
  const { month: m, statement: t } = w.finance;
  const met = (value: boolean | null): string => (value === null ? r.notShown : value ? r.met : r.notMet);
  const figures: readonly (readonly [string, (part: Part) => string])[] = [
    [`${m.credit} (%)`, ({ credit }) => f.percent(credit.percent)],
    [t.availability, ({ availabilityPercent }) => f.percent(availabilityPercent)],
    [
      r.lowerBound,
      (part) =>
        part.availabilityLowerBoundPercent ? f.percent(part.availabilityLowerBoundPercent) : f.nothing,
    ],
    [r.commitment, (part) => `${f.percent(part.commitmentPercent)}, ${met(part.met)}`],
    [t.unavailable, ({ unavailableMs }) => f.duration(unavailableMs)],
    [t.excused, ({ excusedMs }) => f.duration(excusedMs)],
    [t.unobserved, ({ unobservedMs }) => f.duration(unobservedMs)],
    [t.base, ({ base }) => f.amount(base, after.currency)],
    [t.class, (part) => part.class],
    [t.plan, ({ plan }) => `${plan.id} ${plan.version}`],
  ];
  const count = Math.max(before.parts.length, after.parts.length);
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => {
    const [was, is] = [before.parts[n], after.parts[n]];
    const suffix = count > 1 ? `, ${r.partNumber(n + 1)}` : '';
    return figures.flatMap(([name, of]) =>
      rowOf(`${name}${suffix}`, was ? of(was) : f.nothing, is ? of(is) : f.nothing),
    );
  });
}

function pathRows(before: StatementDocument, after: StatementDocument, { w, f }: Speech): readonly Row[] {
  const old = new Map(before.paths.map((path) => [`${path.plan} ${path.path}`, path]));
  return after.paths.flatMap((is) => {
    const was = old.get(`${is.plan} ${is.path}`);
    const name = pathText(is.path);
    const of = (path: typeof is | undefined, text: (path: typeof is) => string): string =>
      path ? text(path) : f.nothing;
    const row = (label: string, text: (path: typeof is) => string): readonly Row[] =>
      rowOf(`${name}: ${label}`, of(was, text), text(is));
    return [
      ...row(w.path.latency, ({ latencyUs }) => `${f.ms(latencyUs)} ${w.path.ms}`),
      ...row(w.path.loss, ({ lossPpm }) => f.loss(lossPpm)),
      ...row(w.path.rounds, ({ roundsHeld, roundsDue }) => w.path.coverage(roundsHeld, roundsDue)),
      ...row(w.path.commitment, ({ commitmentUs }) =>
        commitmentUs === null ? f.nothing : `${f.ms(Number(commitmentUs))} ${w.path.ms}`,
      ),
    ];
  });
}

const endOf = ({ to }: SeenOutage): EpochMs => to ?? Infinity;
const same = (a: SeenOutage, b: SeenOutage): boolean =>
  a.port === b.port && a.from === b.from && a.to === b.to && a.state === b.state;
const meets = (a: SeenOutage, b: SeenOutage): boolean =>
  a.port === b.port && a.from < endOf(b) && b.from < endOf(a);

function outageChanges(before: readonly SeenOutage[], after: readonly SeenOutage[]): readonly OutageChange[] {
  const left = before.filter((was) => !after.some((is) => same(is, was)));
  const fresh = after.filter((is) => !before.some((was) => same(is, was)));
  const taken = new Set<SeenOutage>();
  const lines = fresh.map((is): OutageChange => {
    const was = left.find((one) => !taken.has(one) && meets(one, is)) ?? null;
    if (was) taken.add(was);
    return { what: was ? 'changed' : 'added', port: is.port, before: was, after: is };
  });
  const gone = left
    .filter((was) => !taken.has(was))
    .map((was): OutageChange => ({ what: 'gone', port: was.port, before: was, after: null }));
  const start = ({ before: was, after: is }: OutageChange): EpochMs => (is ?? was)?.from ?? 0;
  return [...lines, ...gone].sort((a, b) => start(a) - start(b));
}

function exclusionChanges(before: StatementDocument, after: StatementDocument): ExclusionChange[] {
  const old = new Map(before.exclusions.map((one) => [one.id, one]));
  const now = new Set(after.exclusions.map(({ id }) => id));
  return [
    ...after.exclusions.flatMap((one): ExclusionChange[] => {
      const { id, kind } = one;
      const was = old.get(id);
      if (!was) return [{ what: 'added', id, kind }];
      return JSON.stringify(was) === JSON.stringify(one) ? [] : [{ what: 'changed', id, kind }];
    }),
    ...before.exclusions.flatMap(({ id, kind }): ExclusionChange[] =>
      now.has(id) ? [] : [{ what: 'gone', id, kind }],
    ),
  ];
}
