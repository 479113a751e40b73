import { formatAmount } from '../core/money.js';
import { asPercent, formatShort, type Rational } from '../core/number.js';
import type { Band, ClaimRule, Plan, PlanVersion, ServiceClass } from '../core/plan.js';
import { inLanguage, type PlanLanguage, planWords } from '../i18n/plan/words.js';
import { clauseOf, fieldOfClause } from './explain-text.js';
import { borderedTable } from './plan/bordered.js';
import { causeRows } from './plan/causes.js';
import { bandRange, stepRanges } from './plan/ranges.js';
import { msText, ruleRows } from './plan/rules.js';

/** A plan as the tables that a contract has, every version of it. */
export function renderPlan(plan: Plan, language: PlanLanguage): string {
  const words = planWords[language];
  const lines = [
    `${inLanguage(plan.name, language)} (${plan.id})`,
    ...(plan.source === null ? [] : [`${words.source}: ${inLanguage(plan.source, language)}`]),
    ...plan.versions.flatMap((version) => ['', ...renderVersion(version, language)]),
    ...exampleTable(plan, language),
  ];
  return `${lines.join('\n')}\n`;
}

function renderVersion(version: PlanVersion, language: PlanLanguage): string[] {
  const words = planWords[language];
  const told = new Set<string>();
  const clause = (field: string): string => {
    told.add(fieldOfClause(version, field) ?? '');
    return clauseOf(version, field) ?? '';
  };
  const causes = version.credit.causes.flatMap((rule, index) =>
    causeRows(rule, language).map((row) => [...row, clause(`credit.causes[${index}]`)]),
  );
  const tables = [
    `${words.version} ${version.version}, ${words.inForceFrom} ${version.effectiveFrom}, ${words.timeZone} ${version.timeZone}`,
    '',
    words.availabilityTitle,
    ...borderedTable(
      [words.class, words.lines, words.commitment, words.availability, words.credit, words.clause],
      [...version.classes.values()].flatMap((each) =>
        classRows(each, clause(`classes.${each.id}`), language),
      ),
    ),
    '',
    words.latencyTitle,
    ...bandTable(version.latency.bands, version.latency.excessDecimals, clause('latency.bands'), language),
    '',
    `${words.lossTitle} (${words.committedLoss} ≤ ${formatShort(asPercent(version.loss.commitment), 15)} %)`,
    ...bandTable(version.loss.bands, null, clause('loss.bands'), language),
    ...trafficTable(version, clause, language),
    ...(causes.length === 0
      ? []
      : [
          '',
          words.causesTitle,
          ...borderedTable([words.cause, words.condition, words.credit, words.clause], causes),
        ]),
    '',
    words.rulesTitle,
    ...borderedTable(
      [words.rule, words.value, words.clause],
      ruleRows(version, language).map(([name, value, field]) => [name, value, clause(field)]),
    ),
    ...(version.rulings.length === 0
      ? []
      : [
          '',
          words.rulingsTitle,
          ...borderedTable(
            [words.rulingId, words.field, words.clause, words.ruling],
            version.rulings.map(({ id, field, clause: of, text }) => [
              id,
              field,
              of ?? '',
              inLanguage(text, language),
            ]),
          ),
        ]),
  ];
  const unlisted = [...version.clauses].filter(([field]) => !told.has(field));
  if (unlisted.length === 0) return tables;
  return [...tables, '', words.clausesTitle, ...borderedTable([words.field, words.clause], unlisted)];
}

function trafficTable(
  { trafficClasses }: PlanVersion,
  clause: (field: string) => string,
  language: PlanLanguage,
): string[] {
  if (trafficClasses.length === 0) return [];
  const words = planWords[language];
  const orNone = (text: string | null): string => text ?? words.none;
  return [
    '',
    words.trafficTitle,
    ...borderedTable(
      [words.trafficClass, words.dscp, words.latency, words.lossPercent, words.jitter, words.clause],
      trafficClasses.map((each) => [
        `${inLanguage(each.name, language)} (${each.id})`,
        each.dscp.join(', '),
        orNone(each.latencyUs && `≤ ${msText(each.latencyUs)} ms`),
        orNone(each.loss && `≤ ${formatShort(asPercent(each.loss), 15)} %`),
        orNone(each.jitterUs && `≤ ${msText(each.jitterUs)} ms`),
        clause(`trafficClasses.${each.id}`),
      ]),
    ),
  ];
}

function exampleTable({ examples }: Plan, language: PlanLanguage): string[] {
  if (examples.length === 0) return [];
  const words = planWords[language];
  return [
    '',
    words.examplesTitle,
    ...borderedTable(
      [words.example, words.month, words.credit],
      examples.map(({ name, month, credit }) => [
        inLanguage(name, language),
        month,
        `${formatAmount(credit.minor, credit.currency)} ${credit.currency}`,
      ]),
    ),
  ];
}

function classRows(
  each: ServiceClass,
  clause: string,
  language: PlanLanguage,
): (string | readonly string[])[][] {
  const words = planWords[language];
  const lines =
    each.maxLines === null
      ? `${each.minLines} ${words.orMore}`
      : each.minLines === each.maxLines
        ? String(each.minLines)
        : `${each.minLines} – ${each.maxLines}`;
  const commitment = `${formatShort(asPercent(each.commitment), 15)} %`;
  const ranges = stepRanges(each, language);
  return [
    [
      `${inLanguage(each.name, language)} (${each.id})`,
      lines,
      commitment,
      ranges.map(({ range }) => range),
      ranges.length === 0 ? words.none : ranges.map(({ credit }) => credit ?? words.none),
      clause,
    ],
  ];
}

function bandTable(
  bands: readonly Band[],
  decimals: number | null,
  clause: string,
  language: PlanLanguage,
): string[] {
  const words = planWords[language];
  return borderedTable(
    [words.range, words.band, words.clause],
    bands.map((band, index) => [
      bandRange(bands, index, decimals, words.rest),
      `${inLanguage(band.name, language)} (${band.id})`,
      clause,
    ]),
  );
}

const percent = (share: Rational): string => formatShort(asPercent(share), 15);
const orNull = (value: Rational | null): string | null => value && formatShort(value, 15);

export const planSummaryJson = ({ id, name, versions }: Plan) => ({
  id,
  name,
  versions: versions.map(({ version, effectiveFrom, timeZone }) => ({ version, effectiveFrom, timeZone })),
});

/** What a plan promises, in figures, and all of it as the tables that a contract has. */
export const planJson = (plan: Plan, language: PlanLanguage) => ({
  id: plan.id,
  name: plan.name,
  source: plan.source,
  versions: plan.versions.map(versionJson),
  tables: renderPlan(plan, language),
});

const versionJson = (version: PlanVersion) => ({
  version: version.version,
  effectiveFrom: version.effectiveFrom,
  timeZone: version.timeZone,
  measurement: version.measurement,
  classes: [...version.classes.values()].map(classJson),
  latencyBands: version.latency.bands.map(bandJson),
  loss: { commitmentPercent: percent(version.loss.commitment), bands: version.loss.bands.map(bandJson) },
  claimWithinDays: daysOfClaim(version.credit.claim),
  claim: version.credit.claim,
  paidOn: version.credit.paidOn,
  faultReports: version.faultReports,
  rulings: version.rulings,
});

/** As it was said before a claim could go by months or by the outage. */
const daysOfClaim = (claim: ClaimRule | null): number | null =>
  claim && 'days' in claim && claim.after === 'month' ? claim.days : null;

const classJson = ({ id, name, commitment, minLines, maxLines, steps }: ServiceClass) => ({
  id,
  name,
  commitmentPercent: percent(commitment),
  minLines,
  maxLines,
  steps: steps.map(({ below, credit }) => ({ belowPercent: percent(below), credit: credit.text })),
});

const bandJson = ({ id, name, upToPercent }: Band) => ({ id, name, upToPercent: orNull(upToPercent) });
