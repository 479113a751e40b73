import { Argument, Command, Option } from 'commander';
import { createColors } from 'picocolors';
import { type Context, exitCodes, ExitError, wantsColor } from '../context.js';

interface GuideOptions {
  readonly lang: 'en' | 'zh';
}

export function guideCommand(context: Context): Command {
  return new Command('guide')
    .summary('show the guide in the terminal')
    .description('Lists the topics of the guide, or shows one. The portal has the same at /guide.')
    .addArgument(new Argument('[topic]', 'one of those that are listed without it'))
    .addOption(new Option('--lang <language>', 'the language').choices(['en', 'zh']).default('en'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla guide\n  $ pop-sla guide mesh\n  $ pop-sla guide operate --lang zh | less',
    )
    .action((topic: string | undefined, options: GuideOptions) => guide(topic, options, context));
}

async function guide(topic: string | undefined, { lang }: GuideOptions, context: Context): Promise<void> {
  const { stdout } = context;
  const { guideForTerminal, guidePage, guideTopics, isGuideTopic } = await import('../../render/guide.js');
  const topics = Object.entries(guideTopics);
  if (topic === undefined) {
    const width = Math.max(...topics.map(([name]) => name.length));
    for (const [name, about] of topics) stdout.write(`${name.padEnd(width)}  ${about}\n`);
    return;
  }
  if (!isGuideTopic(topic))
    throw new ExitError(
      exitCodes.badInput,
      `pop-sla: the guide has no topic "${topic}"; allowed: ${topics.map(([name]) => name).join(', ')}`,
    );
  const { bold } = createColors(wantsColor(stdout, context));
  const { markdown } = guidePage(topic, lang === 'zh' ? 'zh-CN' : 'en');
  stdout.write(guideForTerminal(markdown, bold));
}
