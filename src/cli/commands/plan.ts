import { Command, Option } from 'commander';
import type { PlanResult } from '../../config/plan/parse.js';
import type { Plan } from '../../core/plan.js';
import { configOption, type Context, exitCodes, ExitError } from '../context.js';
import { monthArgument } from '../with-ledger.js';

const languages = ['en', 'zh'] as const;

export function planCommand(context: Context): Command {
  return new Command('plan')
    .description("check, test, print and compare plans: a contract's rules as data")
    .addHelpText(
      'after',
      '\nEvery field, with an example of each, and what a plan can not say: config/plans/README.md\n' +
        'For editors, the JSON Schema of a plan file: config/plans/plan.schema.json',
    )
    .addCommand(checkCommand(context))
    .addCommand(testCommand(context))
    .addCommand(showCommand(context))
    .addCommand(diffCommand(context))
    .addCommand(schemaCommand(context))
    .addCommand(listCommand(context));
}

function checkCommand(context: Context): Command {
  return new Command('check')
    .description('check a plan file: one line per fault, with its place, and exit status 2')
    .argument('<file>', 'a plan in YAML or JSON')
    .addHelpText(
      'after',
      '\nA warning, for what is odd and may be meant, is a line on standard error; the exit status stays 0.',
    )
    .action(async (file: string) => {
      const { planFiles } = await import('../../config/plan/parse.js');
      const result = planFiles(context.home).byFile(file, context.cwd);
      const plan = await planOrExit(result);
      if (result.ok && result.warnings.length > 0) {
        const { formatProblem } = await import('../../config/problem.js');
        for (const warning of result.warnings) {
          const { place, rest } = splitPlace(formatProblem(warning));
          context.stderr.write(`${place} warning: ${rest}\n`);
        }
      }
      const versions = plan.versions.map((each) => each.version).join(', ');
      context.stdout.write(`${file}: plan ${plan.id} is good; versions: ${versions}\n`);
    });
}

/** `FILE:LINE:COLUMN` and what follows it. */
function splitPlace(line: string): { readonly place: string; readonly rest: string } {
  const [, place = '', rest = line] = /^(.*?:\d+:\d+) (.*)$/s.exec(line) ?? [];
  return { place, rest };
}

function testCommand(context: Context): Command {
  return new Command('test')
    .description('run the worked examples of a plan: each case must give the credit that it says')
    .argument('<plan>', 'a plan file, or the id of a built-in plan')
    .addHelpText(
      'after',
      '\nOne line per example; the derivation of one that fails. Steps, causes and caps that no example reaches\n' +
        'are listed. The exit status is 1 when an example fails, and 2 when the plan is faulty.\n\n' +
        'Example:\n  $ pop-sla plan test config/plans/example-leased-line.yaml',
    )
    .action(async (name: string) => {
      const plan = await openPlan(name, context);
      const { testPlan, testReport } = await import('../../render/plan/tested.js');
      const tested = testPlan(plan);
      context.stdout.write(testReport(plan, tested));
      const failed = tested.examples.filter(({ passed }) => !passed).length;
      if (failed > 0) {
        const what = failed === 1 ? 'one example fails' : `${failed} examples fail`;
        throw new ExitError(exitCodes.fault, `pop-sla: ${name}: ${what}`);
      }
    });
}

function showCommand(context: Context): Command {
  return new Command('show')
    .description('print a plan as tables, or as a plan file with every field written out')
    .argument('<plan>', 'the id of a built-in plan, or a plan file')
    .addOption(new Option('--lang <language>', 'the language of the tables').choices(languages).default('en'))
    .option('--yaml', 'print a plan file: every field, defaults included')
    .addHelpText('after', '\nExample:\n  $ pop-sla plan show ctg-cloud-connection --lang zh')
    .action(async (id: string, { lang, yaml }: { lang: (typeof languages)[number]; yaml?: true }) => {
      const plan = await openPlan(id, context);
      if (yaml) {
        const { planYaml } = await import('../../config/plan/yaml.js');
        context.stdout.write(planYaml(plan));
        return;
      }
      const { renderPlan } = await import('../../render/plan.js');
      context.stdout.write(renderPlan(plan, lang));
    });
}

function diffCommand(context: Context): Command {
  return new Command('diff')
    .description('compare two plans, or two versions of one, field by field')
    .argument('<before>', 'a plan file or the id of a built-in plan; PLAN@VERSION for one of its versions')
    .argument('<after>', 'the same')
    .option(
      '--month <month>',
      'also: the credits of that month by one and by the other, as 2026-10',
      monthArgument,
    )
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nWithout @VERSION the latest version is taken. With --month every service that the first plan judges in that\n' +
        'month is judged by both, from what is stored: their credits stand side by side.\n\n' +
        'Examples:\n  $ pop-sla plan diff example-ethernet-hourly@2022-01-01 example-ethernet-hourly@2026\n' +
        '  $ pop-sla plan diff old.yaml new.yaml --month 2026-10 --config pop-sla.yaml',
    )
    .action(async (before: string, after: string, options: { month?: string; config?: string }) => {
      const { printDiff } = await import('../plan-diff.js');
      await printDiff({ before, after, ...options }, (name) => openPlan(name, context), context);
    });
}

function schemaCommand(context: Context): Command {
  return new Command('schema')
    .description('print the JSON Schema of a plan file, with descriptions, for editors')
    .addHelpText(
      'after',
      '\nIt comes with the program as config/plans/plan.schema.json. Editors find it by the first line of a plan:\n' +
        '  # yaml-language-server: $schema=./plan.schema.json',
    )
    .action(async () => {
      const { planJsonSchema } = await import('../../config/plan/json-schema.js');
      context.stdout.write(`${JSON.stringify(planJsonSchema(), null, 2)}\n`);
    });
}

function listCommand(context: Context): Command {
  return new Command('list').description('print the ids of the built-in plans').action(async () => {
    const { planFiles } = await import('../../config/plan/parse.js');
    context.stdout.write(
      planFiles(context.home)
        .builtIn()
        .map((id) => `${id}\n`)
        .join(''),
    );
  });
}

/** A file by its name, or a built-in plan by its id. */
async function openPlan(name: string, context: Context): Promise<Plan> {
  const { planFiles } = await import('../../config/plan/parse.js');
  const files = planFiles(context.home);
  const isFile = /[/\\]|\.(?:ya?ml|json)$/.test(name);
  const result = isFile ? files.byFile(name, context.cwd) : files.byId(name);
  if (result !== null) return planOrExit(result);
  throw new ExitError(
    exitCodes.badInput,
    `pop-sla: there is no built-in plan ${JSON.stringify(name)}; built in are ${files.builtIn().join(', ')}`,
  );
}

async function planOrExit(result: PlanResult): Promise<Plan> {
  if (result.ok) return result.plan;
  const { formatProblems } = await import('../../config/problem.js');
  throw new ExitError(exitCodes.badInput, formatProblems(result.problems));
}
