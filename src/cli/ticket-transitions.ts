import { Command } from 'commander';
import type { AttachmentRef } from '../core/ledger/actions.js';
import type { TicketActor } from '../core/ticket/actions.js';
import type { TransitionRequest } from '../services/tickets/decide.js';
import { configOption, type Context, jsonOption } from './context.js';
import { show } from './show-ticket.js';
import { actorOf, actorOption, type ActorOptions, attachOption, withLedger } from './with-ledger.js';

interface TransitionOptions extends ActorOptions {
  readonly text?: string;
  readonly reason?: string;
  readonly to?: string;
  readonly internal?: true;
  readonly attach?: readonly string[];
  readonly json?: true;
}

interface TransitionCommand {
  readonly name: string;
  /** As whom; the NOC unless told. */
  readonly side?: TicketActor['side'];
  readonly summary: string;
  readonly options?: (command: Command) => Command;
  readonly request: (options: TransitionOptions, files: readonly AttachmentRef[]) => TransitionRequest;
}

const text = (what: string) => (command: Command) => command.requiredOption('--text <text>', what);
const reason = (command: Command) => command.requiredOption('--reason <text>', 'why');
const maybe = (command: Command) => command.option('--text <text>', 'a comment');

const transitions: readonly TransitionCommand[] = [
  {
    name: 'take',
    summary: 'take a report: whoever takes it first owns it',
    request: () => ({ transition: 'take' }),
  },
  { name: 'start', summary: 'begin to look into it', request: () => ({ transition: 'start' }) },
  {
    name: 'hand-over',
    summary: 'offer it to another person, who has to accept it',
    options: (command) =>
      command
        .requiredOption('--to <name>', 'who')
        .option('--reason <text>', 'why; needed where it is not yours'),
    request: ({ to = '', reason: why = null }) => ({ transition: 'hand-over', to, text: why }),
  },
  {
    name: 'accept',
    summary: 'accept a report that is handed over',
    request: () => ({ transition: 'accept' }),
  },
  {
    name: 'decline',
    summary: 'do not accept it, or take the offer back',
    options: maybe,
    request: ({ text: word = null }) => ({ transition: 'decline', text: word }),
  },
  {
    name: 'withdraw',
    side: 'system',
    summary: 'withdraw a report that nobody has taken, for the customer who filed it',
    options: (command) => command.option('--reason <text>', 'why'),
    request: ({ reason: why = null }) => ({ transition: 'withdraw', text: why }),
  },
  {
    name: 'comment',
    summary: 'add a comment',
    options: (command) =>
      text('what to say')(command).option('--internal', 'not shown to customers').addOption(attachOption()),
    request: ({ text: said = '', internal = false }, attachments) => ({
      transition: 'comment',
      text: said,
      internal,
      attachments,
    }),
  },
  {
    name: 'resolve',
    summary: 'say that the fault is repaired',
    options: text('the cause, and what was done'),
    request: ({ text: said = '' }) => ({ transition: 'resolve', text: said }),
  },
  {
    name: 'reject',
    summary: 'refuse it',
    options: reason,
    request: ({ reason: why = '' }) => ({ transition: 'reject', text: why }),
  },
  {
    name: 'close',
    summary: 'close a report that is resolved',
    options: maybe,
    request: ({ text: word = null }) => ({ transition: 'close', text: word }),
  },
  {
    name: 'reopen',
    summary: 'open it again',
    options: reason,
    request: ({ reason: why = '' }) => ({ transition: 'reopen', text: why }),
  },
  {
    name: 'link',
    summary: "make it part of another report's incident",
    options: (command) => command.requiredOption('--to <id>', 'the other report'),
    request: ({ to = '' }) => ({ transition: 'link', to }),
  },
];

/** A command for each thing that is done to a report in one step. */
export function transitionCommands(context: Context): Command[] {
  return transitions.map(({ name, side = 'noc', summary, options, request }) => {
    const command = new Command(name).description(summary).argument('<id>', 'as `faults list` prints it');
    return (options?.(command) ?? command)
      .addOption(actorOption())
      .addOption(jsonOption())
      .addOption(configOption())
      .action((id: string, given: TransitionOptions) => {
        const actor = actorOf(given, context);
        return withLedger({ ...given, write: true }, context, async (ledger) => {
          const files = await ledger.attachToReport(given.attach ?? []);
          const report = await ledger.faults.ticketService.do(
            { name: actor, side },
            id,
            request(given, files),
          );
          await show(report, given, context);
        });
      });
  });
}
