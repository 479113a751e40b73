import type { MakeCommand } from './program.js';
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
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { evidenceCommand } from './evidence.js';
import { faultsCommand } from './fault-reports/command.js';
import { notifyCommand } from './fault-reports/notify.js';
import { outboxCommand } from './fault-reports/outbox.js';
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
