import { Command } from 'commander';
import { tokenCommand } from './access/token.js';
import { userCommand } from './access/user.js';
import { creditsCommand } from './billing/credits.js';
import { disputesCommand } from './billing/disputes.js';
import { keysCommand } from './billing/keys.js';
import { personCommand } from './billing/person.js';
import { statementsCommand } from './billing/statements.js';
import { auditCommand } from './ledger/audit.js';
import { availabilityCommand } from './ledger/availability.js';
import { exclusionsCommand } from './ledger/exclusions.js';
import { outageCommand, outagesCommand } from './ledger/outages.js';
import { backupCommand, restoreCommand } from './backup.js';
import { customersCommand } from './customers/customers.js';
import { servicesCommand } from './customers/services.js';
import { configCommand } from './config.js';
import type { Context } from './context.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { evidenceCommand } from './evidence.js';
import { exitCodesHelp } from './exit.js';
import { faultsCommand } from './fault-reports/command.js';
import { notifyCommand } from './fault-reports/notify.js';
import { outboxCommand } from './fault-reports/outbox.js';
import { readCommit } from './home.js';
import { guideCommand } from './guide.js';
import { meshCommand } from './mesh/mesh.js';
import { planCommand } from './plan.js';
import { popsCommand } from './pops.js';
import { probeCommand } from './probe.js';
import { reportCommand } from './report.js';
import { roundsCommand } from './rounds.js';
import { runCommand } from './run.js';
import { simulateCommand } from './simulate.js';
import { statusCommand } from './status.js';
import { storeCommand } from './store.js';
import { verifyCommand } from './verify.js';

/**
 * The whole command line. A command's file imports only light things at its top, and the rest when it runs, so that
 * `--help` and the daemon's start don't wait for what they don't use (a test holds this).
 */
export function buildProgram(context: Context): Command {
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
  for (const command of commandsInHelpOrder) program.addCommand(command(context));
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

const commandsInHelpOrder: readonly ((context: Context) => Command)[] = [
  runCommand,
  statusCommand,
  probeCommand,
  roundsCommand,
  popsCommand,
  customersCommand,
  servicesCommand,
  availabilityCommand,
  reportCommand,
  outagesCommand,
  outageCommand,
  exclusionsCommand,
  statementsCommand,
  creditsCommand,
  disputesCommand,
  personCommand,
  keysCommand,
  faultsCommand,
  notifyCommand,
  outboxCommand,
  auditCommand,
  tokenCommand,
  userCommand,
  evidenceCommand,
  verifyCommand,
  evaluateCommand,
  planCommand,
  meshCommand,
  configCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  storeCommand,
  simulateCommand,
  guideCommand,
];

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
