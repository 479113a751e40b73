import { tokenCommand, userCommand } from './commands/access.js';
import { auditCommand } from './commands/audit.js';
import { configCommand } from './commands/config.js';
import { creditsCommand, disputesCommand, keysCommand } from './commands/credits.js';
import { customersCommand } from './commands/customers.js';
import { doctorCommand } from './commands/doctor.js';
import { evaluateCommand } from './commands/evaluate.js';
import { evidenceCommand } from './commands/evidence.js';
import { exclusionsCommand } from './commands/exclusions.js';
import { guideCommand } from './commands/guide.js';
import { meshCommand } from './commands/mesh.js';
import { notifyCommand, outboxCommand } from './commands/notifications.js';
import { availabilityCommand, outageCommand, outagesCommand } from './commands/outages.js';
import { periodsCommand } from './commands/periods.js';
import { personCommand } from './commands/person.js';
import { planCommand } from './commands/plan.js';
import { popsCommand } from './commands/pops.js';
import { probeCommand } from './commands/probe.js';
import { reportCommand } from './commands/report.js';
import { roundsCommand } from './commands/rounds.js';
import { rulesCommand } from './commands/rules.js';
import { runCommand } from './commands/run.js';
import { servicesCommand } from './commands/services.js';
import { simulateCommand } from './commands/simulate.js';
import { statementsCommand } from './commands/statements.js';
import { backupCommand, restoreCommand, storeCommand } from './commands/store.js';
import { ticketsCommand } from './commands/tickets.js';
import { verifyCommand } from './commands/verify.js';
import type { MakeCommand } from './program.js';
import { statusCommand } from './commands/status.js';

/** Every command, in the order of the help. */
export const commandsInHelpOrder: readonly MakeCommand[] = [
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
  periodsCommand,
  disputesCommand,
  personCommand,
  keysCommand,
  ticketsCommand,
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
  rulesCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  storeCommand,
  simulateCommand,
  guideCommand,
];
