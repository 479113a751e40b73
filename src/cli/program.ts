import { Command } from 'commander';
import { type Context, exitCodesHelp, readCommit } from './context.js';

export type MakeCommand = (context: Context) => Command;

/**
 * The command line of these commands. A command's file imports only light things at its top, and the rest when it runs,
 * so that `--help` and the daemon's start don't wait for what they don't use (a test holds this).
 */
export function buildProgram(context: Context, commands: readonly MakeCommand[]): Command {
  const program = new Command('pop-sla')
    .description(
      'Measures the paths between PoPs with real ICMP, keeps every sample, and judges them by the SLA.',
    )
    .version(versionLine(context), '-V, --version', 'print the version, and the commit where it is known')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText(
      'after',
      `\n${exitCodesHelp}\n\nExamples:\n  $ pop-sla run                      start the daemon\n  $ pop-sla probe                    measure every path once, now\n  $ pop-sla help rounds              how to use one command`,
    );
  for (const command of commands) program.addCommand(command(context));
  for (const command of withSubcommands(program).slice(1)) {
    command.helpOption('-h, --help', 'print this help').addHelpText('after', `\n${exitCodesHelp}`);
  }
  for (const command of withSubcommands(program)) {
    command
      .exitOverride()
      .configureHelp({ helpWidth: Math.min(context.stdout.columns ?? 100, 100) })
      .configureOutput({
        writeOut: (text) => context.stdout.write(text),
        writeErr: (text) => context.stderr.write(text),
        // `main` prints errors, one line each.
        outputError: () => undefined,
      });
  }
  return program;
}

function versionLine({ version, home }: Context): string {
  const commit = readCommit(home);
  return commit === null ? version : `${version} (${commit})`;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
