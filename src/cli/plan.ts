import { Command, Option } from 'commander';
import type { PlanResult } from '../config/plan/parse.js';
import type { Context } from './context.js';
import { ExitWith, exitCodes } from './exit.js';

const languages = ['en', 'zh'] as const;

export function planCommand(context: Context): Command {
  return new Command('plan')
    .description('check a plan file, or print a plan as the tables a contract has')
    .addCommand(checkCommand(context))
    .addCommand(showCommand(context))
    .addCommand(listCommand(context));
}

function checkCommand(context: Context): Command {
  return new Command('check')
    .description('check a plan file: one line per fault, with its place, and exit status 2')
    .argument('<file>', 'a plan in YAML or JSON')
    .action(async (file: string) => {
      const { planFiles } = await import('../config/plan/files.js');
      const plan = await planOrExit(planFiles(context.home).byFile(file, context.cwd));
      const versions = plan.versions.map((each) => each.version).join(', ');
      context.stdout.write(`${file}: plan ${plan.id} is good; versions: ${versions}\n`);
    });
}

function showCommand(context: Context): Command {
  return new Command('show')
    .description('print a plan as tables')
    .argument('<plan>', 'the id of a built-in plan, or a plan file')
    .addOption(new Option('--lang <language>', 'the language of the tables').choices(languages).default('en'))
    .addHelpText('after', '\nExample:\n  $ pop-sla plan show ctg-cloud-connection --lang zh')
    .action(async (id: string, { lang }: { lang: (typeof languages)[number] }) => {
      const { planFiles } = await import('../config/plan/files.js');
      const { renderPlan } = await import('../render/plan/plan.js');
      const files = planFiles(context.home);
      const isFile = /[/\\]|\.(?:ya?ml|json)$/.test(id);
      const result = isFile ? files.byFile(id, context.cwd) : files.byId(id);
      if (result === null) {
        throw new ExitWith(
          exitCodes.badInput,
          `pop-sla: there is no built-in plan ${JSON.stringify(id)}; built in are ${files.builtIn().join(', ')}`,
        );
      }
      context.stdout.write(renderPlan(await planOrExit(result), lang));
    });
}

function listCommand(context: Context): Command {
  return new Command('list').description('print the ids of the built-in plans').action(async () => {
    const { planFiles } = await import('../config/plan/files.js');
    context.stdout.write(
      planFiles(context.home)
        .builtIn()
        .map((id) => `${id}\n`)
        .join(''),
    );
  });
}

async function planOrExit(result: PlanResult) {
  if (result.ok) return result.plan;
  const { formatProblems } = await import('../config/problem.js');
  throw new ExitWith(exitCodes.badInput, formatProblems(result.problems));
}
