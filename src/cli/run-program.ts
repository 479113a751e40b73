import { CommanderError } from 'commander';
import { mostCharacters } from '../core/text/limits.js';
import { type Context, type ExitCode, exitCodes, exitFor, safeOutput } from './context.js';
import { buildProgram } from './program.js';
import { runCommand } from './commands/run.js';

/** Runs one command line (without `node` and the script) and says how the process is to exit. Never rejects. */
export async function runProgram(args: readonly string[], streams: Context): Promise<ExitCode> {
  const context = { ...streams, stdout: safeOutput(streams.stdout), stderr: safeOutput(streams.stderr) };
  // A daemon lives long: it doesn't keep all other commands in memory. And it listens for signals from this turn on.
  const commands = args[0] === 'run' ? [runCommand] : (await import('./commands.js')).commandsInHelpOrder;
  const program = buildProgram(context, commands);
  const long = tooLong(args);
  if (long !== null) {
    context.stderr.write(`pop-sla: ${long}; see pop-sla --help\n`);
    return exitCodes.badInput;
  }
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, context);
    const exit = exitFor(error);
    if (exit !== null) {
      if (exit.message !== '') context.stderr.write(`${exit.message}\n`);
      return exit.code;
    }
    // A defect of this program: the stack is for whoever mends it.
    context.stderr.write(
      `pop-sla: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCodes.fault;
  }
}

/** What of a command line is longer than any text may be, before anything reads or repeats it; null: nothing is. */
function tooLong(args: readonly string[]): string | null {
  for (const [index, arg] of args.entries()) {
    const [, joined, value = arg] = /^(--[a-zA-Z-]{1,50})=(.*)$/s.exec(arg) ?? [];
    if (value.length <= mostCharacters.text) continue;
    const before = args[index - 1] ?? '';
    const where = joined ?? (/^--?[a-zA-Z-]{1,50}$/.test(before) ? before : `argument ${index + 1}`);
    return `${where} has ${value.length} characters; allowed: at most ${mostCharacters.text}`;
  }
  return null;
}

/** Commander throws for `--help` and `--version` too, with exit code 0. */
function usage(error: CommanderError, context: Context): ExitCode {
  if (error.exitCode === 0) return exitCodes.done;
  // Help shown in place of a missing command is the message.
  if (error.code !== 'commander.help') {
    const line = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    context.stderr.write(`pop-sla: ${line}; see pop-sla --help\n`);
  }
  return exitCodes.badInput;
}
