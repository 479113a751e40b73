import { asPercent, formatShort } from '../../core/number.js';
import type {
  CauseRule,
  FigureStep,
  Measure,
  PerUnit,
  QualityMetric,
  QualityWindow,
} from '../../core/plan.js';
import type { Share } from '../../core/share.js';
import { fill, inLanguage, planWords, type PlanLanguage } from '../../i18n/plan/words.js';

/** The rows of a cause: its name, when it applies, what it gives. */
export function causeRows(rule: CauseRule, language: PlanLanguage): (string | readonly string[])[][] {
  const words = planWords[language];
  const traffic = 'trafficClasses' in rule ? rule.trafficClasses : null;
  const only = [...(rule.classes ?? []), ...(traffic ?? [])];
  const name = [
    `${inLanguage(rule.name, language)} (${rule.id})${only.length === 0 ? '' : ` (${only.join(', ')})`}`,
    ...('paths' in rule ? [words[rule.paths]] : []),
  ].join(', ');
  const { conditions, credits } = conditionsOf(rule, language);
  const further = [
    ...(rule.onlyBelow === null
      ? []
      : [fill(words.onlyBelow, { percent: formatShort(asPercent(rule.onlyBelow), 15) })]),
    ...(rule.atMost === null ? [] : [fill(words.atMost, { share: rule.atMost.text })]),
  ];
  return [[name, [...conditions, ...further], credits]];
}

interface Conditions {
  readonly conditions: readonly string[];
  readonly credits: readonly string[];
}

function conditionsOf(rule: CauseRule, language: PlanLanguage): Conditions {
  const words = planWords[language];
  switch (rule.kind) {
    case 'latency':
    case 'loss':
    case 'jitter': {
      const { what, unit } = figureWords(rule.kind, rule.measure, language);
      const rounded = rule.decimals === null ? '' : `, ${fill(words.rounded, { decimals: rule.decimals })}`;
      return stepLines(rule.steps, what, unit, rounded, language);
    }
    case 'downtime': {
      const of = rule.over === 'month' ? words.ofTheMonth : words.ofAnOutage;
      const beyond =
        rule.allowanceMinutes.n === 0n
          ? ''
          : `, ${words.beyond} ${formatShort(rule.allowanceMinutes, 15)} ${words.minutes}`;
      if ('steps' in rule.by) return stepLines(rule.by.steps, of, ` ${words.minutes}`, beyond, language);
      const each = rule.by.count === 'started' ? words.eachStarted : words.eachFull;
      const unit = formatShort(rule.by.unitMinutes, 15);
      return one(`${each} ${unit} ${words.minutes} ${of}${beyond}`, rule.by.credit);
    }
    case 'failed-days': {
      if (rule.metric === 'availability') {
        const bound = `${words.below} ${formatShort(rule.threshold, 15)} %`;
        return one(`${words.dayFails} ${words.dayAvailability} ${bound}`, rule.credit);
      }
      const { what, unit } = figureWords(rule.metric, rule.measure, language);
      const bound = `${words.over} ${formatShort(rule.threshold, 15)}${unit}`;
      return one(`${words.dayFails} ${what} ${bound}`, rule.credit);
    }
    case 'failed-windows':
      return one(windowText(rule.window, language), rule.credit);
    case 'long-outages': {
      const longer = formatShort(rule.longerThanMinutes, 15);
      return one(`${words.outageLonger} ${longer} ${words.minutes}`, rule.credit);
    }
    case 'late-delivery': {
      const days = rule.days === 'calendar' ? words.daysLate : words.weekdaysLate;
      const beyond = rule.allowanceDays === 0 ? '' : `, ${words.beyond} ${rule.allowanceDays}`;
      const of = `, ${words[`late-${rule.of}`]}`;
      if ('steps' in rule.by) return stepLines(rule.by.steps, days, '', `${beyond}${of}`, language);
      const each = rule.by.count === 'started' ? words.eachStarted : words.eachFull;
      return one(`${each} ${rule.by.unitDays} ${days}${beyond}${of}`, rule.by.credit);
    }
  }
}

const one = (condition: string, credit: Share): Conditions => ({
  conditions: [condition],
  credits: [credit.text],
});

function stepLines(
  steps: readonly FigureStep[],
  what: string,
  unit: string,
  after: string,
  language: PlanLanguage,
): Conditions {
  const words = planWords[language];
  return {
    conditions: steps.map(
      ({ over, inclusive }) =>
        `${what} ${inclusive ? words.from : words.over} ${formatShort(over, 15)}${unit}${after}`,
    ),
    credits: steps.map(({ credit, perUnit }) => creditText(credit, perUnit, unit, language)),
  };
}

/** `1 % for each started 3 ms, at most 30 %`. */
export function creditText(
  credit: Share,
  perUnit: PerUnit | null,
  unit: string,
  language: PlanLanguage,
  print = (value: PerUnit['unit']) => formatShort(value, 15),
): string {
  if (perUnit === null) return credit.text;
  const words = planWords[language];
  const each = perUnit.count === 'started' ? words.forEachStarted : words.forEachFull;
  const text = fill(each, { share: credit.text, unit: `${print(perUnit.unit)}${unit}` });
  return perUnit.atMost === null ? text : `${text}, ${fill(words.atMost, { share: perUnit.atMost.text })}`;
}

function figureWords(
  metric: QualityMetric,
  measure: Measure,
  language: PlanLanguage,
): { readonly what: string; readonly unit: string } {
  const words = planWords[language];
  const name = { latency: words.latency, loss: words.lossPercent, jitter: words.jitter }[metric];
  const isPercent = measure === 'excess-percent' || metric === 'loss';
  return {
    what: measure === 'absolute' ? name : `${name}, ${words.excess}`,
    unit: measure === 'excess' && metric === 'loss' ? ` ${words.points}` : isPercent ? ' %' : ' ms',
  };
}

/** `each window of 15 minutes, from midnight on, with loss over 1 %`. */
export function windowText(window: QualityWindow, language: PlanLanguage): string {
  const { what, unit } = figureWords(window.metric, window.measure, language);
  return fill(planWords[language][`window-${window.windows}`], {
    minutes: window.windowMinutes,
    what,
    bound: `${formatShort(window.over, 15)}${unit}`,
  });
}
