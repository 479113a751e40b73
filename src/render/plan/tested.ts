import { formatAmount } from '../../core/money.js';
import type { Plan, PlanExample } from '../../core/plan.js';
import { judgeExample, type ExampleFault } from '../../core/statement/example-case.js';
import type { MonthJudgement } from '../../core/statement/judge.js';
import { explainOne } from '../explain.js';
import { indented } from '../explain-text.js';
import { oneLine } from '../figures.js';
import { inLanguage } from '../../i18n/plan/words.js';

export interface TestedExample {
  readonly example: PlanExample;
  readonly passed: boolean;
  /** What it came to, or why it could not be judged. */
  readonly got: string;
  /** How it came about; empty where it could not be judged. */
  readonly derivation: readonly string[];
}

export interface TestedPlan {
  readonly examples: readonly TestedExample[];
  /** Steps, causes and caps that no example reaches, by version and plan field. */
  readonly unreached: readonly string[];
}

const faults: Record<ExampleFault, string> = {
  'no-version': 'no version of the plan is in force in its month',
  'no-class': 'its class is no class of the version in force',
  'no-day': 'the service has no day in its month',
  currency: 'its amounts have several currencies',
  'outside-month': 'an outage lies outside of its month',
  'no-such-line': 'an outage names a line that the class does not have',
  'not-judged': 'the service could not be judged',
};

/** Runs the examples of a plan. */
export function testPlan(plan: Plan): TestedPlan {
  const reached = new Set<string>();
  const examples = plan.examples.map((example): TestedExample => {
    const result = judgeExample(plan, example);
    if ('fault' in result) return { example, passed: false, got: faults[result.fault], derivation: [] };
    const { judgement } = result;
    const [service] = judgement.services;
    if (!service) return { example, passed: false, got: faults['not-judged'], derivation: [] };
    noteReached(judgement, reached);
    const got = `${formatAmount(service.amount, example.credit.currency)} ${example.credit.currency}`;
    const passed = service.amount === example.credit.minor;
    return { example, passed, got, derivation: explainOne(service, judgement) };
  });
  return { examples, unreached: fieldsOf(plan).filter((field) => !reached.has(field)) };
}

function noteReached(judgement: MonthJudgement, reached: Set<string>): void {
  const { version } = judgement.case.plan;
  for (const { causes } of judgement.services) {
    for (const { field, reasons } of causes) {
      for (const { bound } of reasons) {
        const steps = stepsAt(judgement, field);
        const at = steps.findLastIndex(
          ({ over }) => bound && over.n * bound.value.d === bound.value.n * over.d,
        );
        reached.add(`${version}: ${at < 0 ? field : `${field}.steps[${at}]`}`);
      }
    }
  }
  for (const cap of judgement.caps) {
    const room = cap.cap > cap.used ? cap.cap - cap.used : 0n;
    if (cap.asked > room) reached.add(`${version}: ${cap.field}`);
  }
}

function stepsAt({ case: { plan } }: MonthJudgement, field: string) {
  const index = /^credit\.causes\[(\d+)\]$/.exec(field)?.[1];
  const cause = index === undefined ? undefined : plan.credit.causes[Number(index)];
  return cause === undefined ? [] : stepsOf(cause);
}

function stepsOf(cause: Plan['versions'][number]['credit']['causes'][number]) {
  if ('steps' in cause) return cause.steps;
  return 'by' in cause && 'steps' in cause.by ? cause.by.steps : [];
}

/** What of a plan an example can reach: every step, every cause, every cap that may bind. */
function fieldsOf(plan: Plan): string[] {
  return plan.versions.flatMap(({ version, classes, credit }) => [
    ...[...classes.values()].flatMap(({ id, steps }) =>
      steps.map((_, index) => `${version}: classes.${id}.steps[${index}]`),
    ),
    ...credit.causes.flatMap((cause, index) => {
      const field = `${version}: credit.causes[${index}]`;
      const steps = stepsOf(cause);
      return steps.length === 0 ? [field] : steps.map((_, step) => `${field}.steps[${step}]`);
    }),
  ]);
}

/** What `plan test` prints: a line an example, the derivation of those that fail, and what none reaches. */
export function testReport(plan: Plan, { examples, unreached }: TestedPlan): string {
  const lines = examples.flatMap(({ example, passed, got, derivation }) => {
    const { minor, currency } = example.credit;
    const name = `${inLanguage(example.name, 'en')} (${example.month})`;
    if (passed) return [`ok    ${name}: ${got}`];
    return [
      `FAIL  ${name}: ${got}, expected ${formatAmount(minor, currency)} ${currency}`,
      ...indented(derivation, 6),
    ];
  });
  const passed = examples.filter((each) => each.passed).length;
  const counted =
    examples.length === 0
      ? `${plan.id} has no examples`
      : `${plan.id}: ${passed} of ${examples.length} examples pass`;
  const missing =
    unreached.length === 0 ? [] : ['No example reaches:', ...unreached.map((field) => `  ${field}`)];
  return `${[...lines, counted, ...missing].map(oneLine).join('\n')}\n`;
}
