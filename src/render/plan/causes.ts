import { formatShort } from '../../core/number/decimal.js';
import type { CauseRule } from '../../core/plan/plan.js';
import { inLanguage, planWords, type PlanLanguage } from './words.js';

/** The rows of a cause: its name, when it applies, what it gives. */
export function causeRows(rule: CauseRule, language: PlanLanguage): (string | readonly string[])[][] {
  const words = planWords[language];
  const classes = rule.classes === null ? '' : ` (${rule.classes.join(', ')})`;
  const name = `${inLanguage(rule.name, language)}${classes}`;
  switch (rule.kind) {
    case 'latency':
    case 'loss': {
      const absolute = rule.kind === 'latency' ? words.latencyMs : words.lossPercent;
      const figure = rule.measure === 'excess-percent' ? words.excess : absolute;
      const unit = rule.kind === 'latency' && rule.measure === 'absolute' ? '' : ' %';
      return [
        [
          `${name}, ${words[rule.paths]}`,
          rule.steps.map(
            (step) =>
              `${figure} ${step.inclusive ? words.from : words.over} ${formatShort(step.over)}${unit}`,
          ),
          rule.steps.map((step) => step.credit.text),
        ],
      ];
    }
    case 'downtime': {
      const each = rule.count === 'started' ? words.eachStarted : words.eachFull;
      const of = rule.over === 'month' ? words.ofTheMonth : words.ofAnOutage;
      const allowance =
        rule.allowanceMinutes.n === 0n
          ? ''
          : `, ${words.beyond} ${formatShort(rule.allowanceMinutes)} ${words.minutes}`;
      return [
        [
          name,
          `${each} ${formatShort(rule.unitMinutes)} ${words.minutes} ${of}${allowance}`,
          rule.credit.text,
        ],
      ];
    }
    case 'failed-days': {
      const figure = { availability: words.dayAvailability, latency: words.excess, loss: words.lossPercent }[
        rule.metric
      ];
      const bound = rule.metric === 'availability' ? words.below : words.over;
      return [
        [name, `${words.dayFails} ${figure} ${bound} ${formatShort(rule.threshold)} %`, rule.credit.text],
      ];
    }
    case 'long-outages':
      return [
        [
          name,
          `${words.outageLonger} ${formatShort(rule.longerThanMinutes)} ${words.minutes}`,
          rule.credit.text,
        ],
      ];
  }
}
