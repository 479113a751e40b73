import type { Part, PartCap, PartCause, PathPart, StatementDocument } from '../../core/statement/document.js';
import { hasAmounts } from '../../core/statement/extract.js';
import { type Locale, shareText } from '../../i18n/locale.js';
import { wordFor } from '../../i18n/report.js';

/**
 * How every figure of a statement comes from the ones before it, line by line, in the reader's language. Statements up
 * to the second format contain these lines in English, as the program wrote them then; from the third format on the
 * signed document has the figures only, and the lines are derived from them whenever they are shown.
 */
export function derivationOf(document: StatementDocument, locale: Locale): readonly (readonly string[])[] {
  return document.parts.map(
    (part) => part.explain ?? [...partLines(part, document, locale), ...pathLines(part, document, locale)],
  );
}

/** Whether the lines were written in English when the statement was created. */
export const isDerivedWhenShown = ({ parts }: StatementDocument): boolean =>
  parts.every(({ explain }) => explain === undefined);

function partLines(part: Part, document: StatementDocument, locale: Locale): string[] {
  const { words, count, percent, span } = locale;
  const ms = (value: number): string => `${count(value)} ms`;
  const total = part.period.totalMs;
  return [
    `${words.plan}: ${words.planVersion(part.plan.id, part.plan.version)} (${part.plan.effectiveFrom})`,
    `${words.class}: ${part.class}; ${words.lines}: ${part.lines.map(({ id, pop }) => `${id} (${pop})`).join(', ')}`,
    `${words.period}: ${span(part.period)}; ${ms(total)}`,
    ...part.unavailable.map((each) => `  ${words.unavailable}: ${span(each)}`),
    `${words.unavailable}: ${ms(part.unavailableMs)}; ${words.excused}: ${ms(part.excusedMs)}; ${words.unobserved}: ${ms(part.unobservedMs)}`,
    total === 0
      ? `${words.availability}: ${percent(part.availabilityPercent)}`
      : `${words.availability}: (${count(total)} - ${count(part.unavailableMs)}) / ${count(total)} = ${percent(part.availabilityPercent)}`,
    ...(part.availabilityLowerBoundPercent === undefined
      ? []
      : [`${words.lowerBound}: ${percent(part.availabilityLowerBoundPercent)}`]),
    `${words.commitment}: ${percent(part.commitmentPercent)}: ${part.met === null ? words.notShown : part.met ? words.met : words.notMet} [${fieldOf(part)}]`,
    ...(hasAmounts(document) ? amountLines(part, document, locale) : []),
  ];
}

/** From the rent to the credit and the tax within it. */
function amountLines(part: Part, document: StatementDocument, locale: Locale): string[] {
  const { words, percent } = locale;
  return [
    ...rentLines(part, document, locale),
    `${words.creditBase}: ${locale.amount(part.base, document.currency)}`,
    ...part.causes.flatMap((cause) => causeLines(cause, part, document, locale)),
    `${words.uncapped}: ${percent(part.credit.percent)} = ${locale.amount(part.credit.uncapped, document.currency)}`,
    ...part.caps.map((cap) => capLine(cap, document, locale)),
    `${words.afterCaps}: ${locale.amount(part.credit.afterCaps, document.currency)}`,
    ...(part.credit.amount === part.credit.afterCaps ? [] : [words.minimum]),
    `${words.creditGross}: ${locale.amount(part.credit.amount, document.currency)}`,
    ...taxLines(part, document, locale),
    ...(part.claim === null ? [] : [`${words.claimBy}: ${locale.day(part.claim.lastDay)}`]),
  ];
}

const fieldOf = (part: Part): string => `classes.${part.class}.commitmentPercent`;

function rentLines(part: Part, { currency }: StatementDocument, { words, amount }: Locale): string[] {
  const money = (text: string): string => amount(text, currency);
  const terms = part.terms ?? [];
  if (terms.length > 1)
    return [
      ...terms.map((term) => `  ${term.from} – ${term.to}: ${money(term.monthlyRent)}: ${money(term.rent)}`),
      `${words.rentOfPeriod}: ${terms.map(({ rent }) => money(rent)).join(' + ')} = ${money(part.rent)}`,
    ];
  return part.rent === part.monthlyRent
    ? [`${words.monthlyRent}: ${money(part.rent)} (${words.wholeMonth})`]
    : [
        `${words.monthlyRent}: ${money(part.monthlyRent)}`,
        `${words.rentOfPeriod}: ${money(part.rent)} (${words.proRata})`,
      ];
}

function causeLines(cause: PartCause, part: Part, { currency }: StatementDocument, locale: Locale): string[] {
  const { words, percent, amount } = locale;
  const name = words.cause(wordFor(words.causeName, cause.cause));
  if (cause.reasons.length === 0) return [`${name}: ${words.noCause} [${cause.field}]`];
  return [
    ...reasonTexts(cause, part, locale).map((text) => `  ${text}`),
    `${name}: ${percent(cause.percent)} = ${amount(cause.amount, currency)}${cause.counted ? '' : ` (${words.notCounted})`} [${cause.field}]`,
    ...(cause.notShown ?? []).map((each) => `  ${each}: ${words.notShown}`),
  ];
}

/** What each reason of a cause gives: its figure, and the share for it. */
export const reasonTexts = (cause: PartCause, part: Part, { words }: Locale): string[] =>
  cause.reasons.map(({ subject, figure, unit, times, share }) => {
    const what = subject === 'service' ? '' : `${subject}: `;
    const figureText =
      cause.cause === 'availability' && subject === 'service' ? part.availabilityPercent : figure;
    const unitText = wordFor(words.unit, unit);
    const gap = unitText.startsWith('%') ? '' : ' ';
    return `${what}${figureText}${gap}${unitText} → ${times === 1 ? '' : `${times} × `}${shareText(share)}`;
  });

function capLine(cap: PartCap, document: StatementDocument, locale: Locale): string {
  const { words } = locale;
  const limit = locale.amount(cap.cap, document.currency);
  return `${words.cap(words.per[cap.per], words.over[cap.over])}: ${capBasis(cap, document, locale)} = ${limit} [${cap.field}]`;
}

/** What a cap is a share of, what it is asked for, and what of it was credited before. */
export function capBasis(
  { share, of, asked, used }: PartCap,
  { currency }: StatementDocument,
  { words, amount }: Locale,
): string {
  const money = (text: string): string => amount(text, currency);
  const before = Number(used) === 0 ? '' : words.capUsed(money(used));
  return `${words.capBasis(shareText(share), money(of), money(asked))}${before}`;
}

function taxLines(
  { tax }: Part,
  { currency }: StatementDocument,
  { words, amount, percent }: Locale,
): string[] {
  if (tax.ratePercent === null || tax.net === null || tax.tax === null) return [words.taxUnknown];
  const [gross, net] = [amount(tax.gross, currency), amount(tax.net, currency)];
  return [
    `${words.net}: ${gross} / (1 + ${percent(tax.ratePercent)}) = ${net}`,
    `${words.taxWithin}: ${gross} - ${net} = ${amount(tax.tax, currency)}`,
  ];
}

const pathLines = ({ plan }: Part, { paths }: StatementDocument, locale: Locale): string[] =>
  paths.filter((path) => path.plan === plan.id).flatMap((path) => pathLine(path, locale));

function pathLine(path: PathPart, { words, ms, loss, percent }: Locale): string[] {
  const rounds = `${words.rounds}: ${path.roundsHeld} / ${path.roundsDue}`;
  const latency = [
    `${words.latencyMs}: ${ms(path.latencyUs)}`,
    ...(path.commitmentUs === null ? [] : [`${words.committedMs}: ${ms(Number(path.commitmentUs))}`]),
    ...(path.excessPercent === null ? [] : [`${words.excess}: ${percent(path.excessPercent)}`]),
    ...(path.latencyBand === null ? [] : [wordFor(words.bandName, path.latencyBand)]),
  ];
  const lost = [
    `${words.lossPercent}: ${loss(path.lossPpm)}`,
    ...(path.lossBand === null ? [] : [wordFor(words.bandName, path.lossBand)]),
  ];
  return [`${path.path}: ${[rounds, ...latency, ...lost].join('; ')}`];
}
