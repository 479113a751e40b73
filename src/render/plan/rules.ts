import type { ExclusionKind } from '../../core/exclusion.js';
import { formatAmount } from '../../core/money.js';
import { asPercent, formatShort, multiply, ratio, type Rational } from '../../core/number.js';
import type { PlanVersion } from '../../core/plan.js';
import { windowText } from './causes.js';
import { fill, kindWords, planWords, type PlanLanguage } from '../../i18n/plan/words.js';

/** The rules that stand in no table of their own: their name, value and plan field. */
export function ruleRows(
  version: PlanVersion,
  language: PlanLanguage,
): (readonly [string, string, string])[] {
  const words = planWords[language];
  const { measurement, exclusions, availability, credit } = version;
  const kinds = (list: readonly ExclusionKind[]) =>
    list.length === 0
      ? words.none
      : list.map((kind) => kindWords[language][kind]).join(language === 'zh' ? '、' : ', ');
  const within = (minutes: number | null) =>
    minutes === null ? words.notStated : fill(words.withinMinutes, { minutes });
  const { noticeHours, allowance } = exclusions.plannedMaintenance;
  const { noticeWithinDays, proof } = exclusions.forceMajeure;
  const forceMajeure =
    noticeWithinDays === null ? words.noNotice : fill(words.forceMajeureValue, { days: noticeWithinDays });
  return [
    [
      words.measurement,
      fill(words.measurementValue, {
        packets: measurement.packets,
        sizes: measurement.sizes.join(language === 'zh' ? '、' : ', '),
        basis: measurement.lengthBasis,
        minutes: measurement.everyMinutes,
        ms: measurement.lostAfterMs,
      }),
      'measurement.sizes',
    ],
    [
      words.minimumSent,
      fill(words.minimumSentValue, { least: measurement.minimumSent, packets: measurement.packets }),
      'measurement.minimumSent',
    ],
    [words.excusedTime, words[availability.excusedTime], 'availability.excusedTime'],
    [words.outageStart, words[availability.outages.startsAt], 'availability.outages.startsAt'],
    [words.outageCount, durationText(version, language), 'availability.outages'],
    ...availability.degradedIsDown.map(
      (window, index) =>
        [words.degraded, windowText(window, language), `availability.degradedIsDown[${index}]`] as const,
    ),
    [words.excusedBy, kinds(availability.excusedBy), 'availability.excusedBy'],
    [words.leftOutLatency, kinds(version.latency.leavesOut), 'latency.leavesOut'],
    [words.leftOutLoss, kinds(version.loss.leavesOut), 'loss.leavesOut'],
    [words.leftOutJitter, kinds(version.jitter.leavesOut), 'jitter.leavesOut'],
    [
      words.jitterCommitment,
      version.jitter.commitmentUs === null
        ? words.none
        : fill(words.upToMs, { ms: msText(version.jitter.commitmentUs) }),
      'jitter.commitmentMs',
    ],
    [
      words.notice,
      noticeHours === null
        ? words.none
        : noticeHours === 0
          ? words.noticeBefore
          : fill(words.noticeHours, { hours: noticeHours }),
      'exclusions.plannedMaintenance.notice',
    ],
    [
      words.allowance,
      allowance === null
        ? words.none
        : fill(words.allowanceValue, { hours: formatShort(allowance.hours, 15), per: words[allowance.per] }),
      'exclusions.plannedMaintenance.allowance',
    ],
    [
      words.forceMajeure,
      proof ? `${forceMajeure}, ${words.withProof}` : forceMajeure,
      'exclusions.forceMajeure',
    ],
    [
      words.incomplete,
      fill(words.incompleteValue, { percent: formatShort(asPercent(availability.incompleteAbove), 15) }),
      'availability.incompleteAbovePercent',
    ],
    [words.base, words[credit.base], 'credit.base'],
    [words.creditOf, words[credit.of === 'site' ? 'ofSite' : 'ofService'], 'credit.of'],
    [
      words.minimumCoverage,
      `${formatShort(asPercent(credit.minimumCoverage))} %`,
      'credit.minimumCoveragePercent',
    ],
    [words.combine, words[credit.combine], 'credit.combine'],
    ...credit.caps.map(
      (cap, index) =>
        [
          words.cap,
          fill(words.capValue, {
            share: cap.share.text,
            of: words[cap.of],
            per: words[cap.per],
            over: words[cap.over],
          }),
          `credit.caps[${index}]`,
        ] as const,
    ),
    [words.minimum, minimum(version, language), 'credit.minimumPayable'],
    [
      words.claim,
      claimText(version, language),
      version.clauses.has('credit.claim') ? 'credit.claim' : 'credit.claimWithinDays',
    ],
    [words.paidOn, words[credit.paidOn], 'credit.paidOn'],
    [
      words.firstResponse,
      within(version.faultReports.firstResponseMinutes),
      'faultReports.firstResponseMinutes',
    ],
    [words.repair, within(version.faultReports.repairMinutes), 'faultReports.repairMinutes'],
    [
      words.tax,
      version.tax.rate === null ? words.notStated : `${formatShort(asPercent(version.tax.rate), 15)} %`,
      'tax.ratePercent',
    ],
  ];
}

function claimText({ credit: { claim } }: PlanVersion, language: PlanLanguage): string {
  const words = planWords[language];
  if (claim === null) return words.none;
  if ('months' in claim) return fill(words.claimMonths, claim);
  return fill(claim.after === 'month' ? words.claimValue : words.claimOutage, { days: claim.days });
}

function durationText({ availability: { outages } }: PlanVersion, language: PlanLanguage): string {
  const words = planWords[language];
  const { unitMinutes, count, shortestMinutes } = outages;
  const counted =
    unitMinutes === null
      ? words.exact
      : fill(count === 'started' ? words.inStarted : words.inFull, { minutes: formatShort(unitMinutes, 15) });
  if (shortestMinutes.n === 0n) return counted;
  return `${counted}; ${fill(words.shortest, { minutes: formatShort(shortestMinutes, 15) })}`;
}

export const msText = (us: Rational): string => formatShort(multiply(us, ratio(1n, 1000n)), 15);

function minimum({ credit: { minimumPayable } }: PlanVersion, language: PlanLanguage): string {
  const words = planWords[language];
  if (minimumPayable === null) return words.none;
  const amounts = [...minimumPayable.amounts].map(
    ([currency, minor]) => `${formatAmount(minor, currency)} ${currency}`,
  );
  return `${words[minimumPayable.per]}: ${amounts.join(', ')}`;
}
