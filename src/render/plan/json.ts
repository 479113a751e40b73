import { asPercent, formatShort } from '../../core/number/decimal.js';
import type { Rational } from '../../core/number/rational.js';
import type { Band, ClaimRule, Plan, PlanVersion, ServiceClass } from '../../core/plan/plan.js';
import { renderPlan } from './plan.js';
import type { PlanLanguage } from './words.js';

const percent = (share: Rational): string => formatShort(asPercent(share), 15);
const orNull = (value: Rational | null): string | null => value && formatShort(value, 15);

export const planSummaryJson = ({ id, name, versions }: Plan) => ({
  ...{ id, name },
  versions: versions.map(({ version, effectiveFrom, timeZone }) => ({ version, effectiveFrom, timeZone })),
});

/** What a plan promises, in figures, and all of it as the tables that a contract has. */
export const planJson = (plan: Plan, language: PlanLanguage) => ({
  ...{ id: plan.id, name: plan.name, source: plan.source },
  versions: plan.versions.map(versionJson),
  tables: renderPlan(plan, language),
});

const versionJson = (version: PlanVersion) => ({
  ...{ version: version.version, effectiveFrom: version.effectiveFrom, timeZone: version.timeZone },
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
  ...{ id, name, commitmentPercent: percent(commitment), minLines, maxLines },
  steps: steps.map(({ below, credit }) => ({ belowPercent: percent(below), credit: credit.text })),
});

const bandJson = ({ id, name, upToPercent }: Band) => ({ id, name, upToPercent: orNull(upToPercent) });
