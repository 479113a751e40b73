import { Command } from 'commander';
import { dirname, resolve } from 'node:path';
import type { MonthJudgement } from '../../core/statement/judge.js';
import { type Context, exitCodes, ExitError } from '../context.js';

interface EvaluateOptions {
  readonly explain?: true;
  readonly details?: true;
}

export function evaluateCommand(context: Context): Command {
  return new Command('evaluate')
    .description(
      'judge one month of services by a plan, from a case file: no database, no network, no config',
    )
    .argument('<case>', 'a JSON file with the case, or - for standard input')
    .option('--details', 'also print tax, claim window, percentiles and what each cause gave')
    .option('--explain', 'print how every figure came about, for people, instead of JSON')
    .addHelpText(
      'after',
      '\nThe result is one JSON object. A faulty case gives one line per fault on standard error,\n' +
        'nothing on standard output, and exit status 2. What is odd but breaks no rule gives a note there.\n\n' +
        'Example:\n  $ pop-sla evaluate case.json\n  $ pop-sla evaluate --explain - < case.json',
    )
    .action(async (file: string, options: EvaluateOptions) => {
      const { planFiles } = await import('../../config/plan/parse.js');
      const { readCase } = await import('../../config/case/read-case.js');
      const { readCaseText } = await import('../../config/case/values.js');
      const { judgeMonth } = await import('../../core/statement/judge.js');
      const path = file === '-' ? null : resolve(context.cwd, file);
      const text = await readCaseText(path === null ? context.stdin : path);
      if ('fault' in text) throw new ExitError(exitCodes.badInput, `pop-sla: ${file}: ${text.fault}`);
      const folder = path === null ? context.cwd : dirname(path);
      const result = readCase(text.text, planFiles(context.home), folder);
      if (!result.ok) {
        const lines = result.faults.map(({ path: at, message }) => `${at} ${message}`);
        throw new ExitError(exitCodes.badInput, lines.join('\n'));
      }
      const judgement = judgeMonth(result.case);
      // A service that can't be judged has no line in the result, so there is none.
      const unjudged = judgement.unjudged.map(
        ({ terms, reason }) => `service ${terms.id} can't be judged: ${reason}`,
      );
      if (unjudged.length > 0) throw new ExitError(exitCodes.badInput, unjudged.join('\n'));
      for (const { path: at, message } of result.notes) context.stderr.write(`note: ${at} ${message}\n`);
      if (options.explain) {
        const { explainMonth } = await import('../../render/explain.js');
        context.stdout.write(explainMonth(judgement));
        return;
      }
      context.stdout.write(`${JSON.stringify(await resultOf(judgement, options), null, 2)}\n`);
    });
}

async function resultOf(judgement: MonthJudgement, { details }: EvaluateOptions): Promise<object> {
  if (details) return (await import('../../core/statement/result.js')).monthDetails(judgement);
  return (await import('../../core/statement/result.js')).monthResult(judgement);
}
