import { isIP } from 'node:net';
import { isAbsolute, relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import {
  type ConfigOptions,
  type Context,
  ExitError,
  configOption,
  exitCodes,
  jsonOption,
  positiveInteger,
  readConfig,
} from '../context.js';
import { printJson } from '../with-ledger.js';
import type { AgentPlace } from '../../app/mesh/provision-files.js';
import { isHostName } from '../../core/address/host.js';
import { isPopId, popIdRule } from '../../core/path.js';

interface StatusOptions extends ConfigOptions {
  readonly json?: true;
}

export function meshCommand(context: Context): Command {
  return new Command('mesh')
    .summary('set up a mesh; its agents, and what no hub could take')
    .description('Sets up a mesh of agents and a hub, and shows how it is.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla mesh init --hub nats.example.net --agents SIN=192.0.2.11,FRA=192.0.2.12\n' +
        '  $ pop-sla mesh status',
    )
    .addCommand(initCommand(context))
    .addCommand(joinCommand(context))
    .addCommand(renewCommand(context))
    .addCommand(
      new Command('status')
        .summary('show every agent')
        .description(
          'Prints every agent: its version, the revision of the configuration it runs on, what waits to reach the ' +
            'hub, how far its clock is off, and when it was last seen. It asks the NATS servers, by the hub’s ' +
            'configuration; the hub need not run.',
        )
        .addOption(jsonOption())
        .addOption(configOption())
        .addHelpText('after', '\nExamples:\n  $ pop-sla mesh status\n  $ pop-sla mesh status --json')
        .action((options: StatusOptions) => status(options, context)),
    )
    .addCommand(targetsCommand(context))
    .addCommand(deadCommand(context));
}

async function status(options: StatusOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { askMesh } = await context.app();
  const now = context.now();
  const shown = await askMesh(config, now);
  const { agentsJson, agentsTable } = await import('../../render/mesh.js');
  const text = options.json ? `${JSON.stringify(agentsJson(shown), null, 2)}\n` : agentsTable(shown, now);
  context.stdout.write(text);
}

interface ListOptions extends ConfigOptions {
  readonly limit: number;
  readonly json?: true;
}

function deadCommand(context: Context): Command {
  const command = new Command('dead')
    .summary('show the messages of agents that no hub could take')
    .description(
      'A message that is damaged, of a format that is not known, not valid, or of another PoP than its sender lies here ' +
        'with its reason and holds up nobody. After an upgrade of the hub it can come again; or it is dropped.',
    )
    .addHelpText('after', '\nExamples:\n  $ pop-sla mesh dead list\n  $ pop-sla mesh dead requeue 12')
    .addCommand(
      new Command('list')
        .description('print them, newest first')
        .option('--limit <number>', 'how many at most', positiveInteger, 50)
        .addOption(jsonOption())
        .addOption(configOption())
        .action((options: ListOptions) => list(options, context)),
    );
  for (const action of ['requeue', 'drop'] as const)
    command.addCommand(
      new Command(action)
        .description(
          action === 'requeue' ? 'let a message come to the hubs again' : 'delete a message for good',
        )
        .argument('<number>', 'as `mesh dead list` prints it', letterNumber)
        .addOption(configOption())
        .action((number: number, options: ConfigOptions) => act(action, number, options, context)),
    );
  return command;
}

function letterNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('allowed: the number of a dead letter');
}

async function list(options: ListOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  const { withDeadLetters } = await context.app();
  const letters = await withDeadLetters(config, (letters) => letters.list(options.limit));
  const { deadJson, deadTable } = await import('../../render/mesh.js');
  if (options.json) printJson({ letters: letters.map(deadJson) }, context);
  else context.stdout.write(deadTable(letters));
}

async function act(
  action: 'requeue' | 'drop',
  number: number,
  options: ConfigOptions,
  context: Context,
): Promise<void> {
  const config = await readConfig(options, context);
  const { withDeadLetters } = await context.app();
  const done = await withDeadLetters(config, (letters) => letters[action](number));
  if (!done)
    throw new ExitError(exitCodes.badInput, `there is no dead letter ${number}; see pop-sla mesh dead list`);
  context.stdout.write(
    `dead letter ${number}: ${action === 'requeue' ? 'sent to the hubs again' : 'dropped'}\n`,
  );
}

interface InitOptions {
  readonly hub: [string, ...string[]];
  readonly agents: AgentPlace[];
  readonly to: string;
  readonly port: number;
  readonly httpPort: number;
  readonly data: string;
  readonly nats: string;
}

const initCommand = (context: Context): Command =>
  new Command('init')
    .summary('make everything that a mesh needs, in a new folder')
    .description(
      'Makes a folder with all that a mesh of a hub and agents needs: the configuration of a NATS server with an NKey ' +
        'for each user, a certificate authority and the server’s certificate, a systemd unit, the files of the hub ' +
        'and of each agent, and the scrape job for Prometheus. Prints what to copy where. Needs the program openssl.',
    )
    .requiredOption(
      '--hub <hosts>',
      'names and addresses of the machine of the hub and its NATS server, with commas; agents connect to the first',
      hosts,
    )
    .requiredOption(
      '--agents <list>',
      'the PoPs with an agent, with commas: ID=ADDRESS, or the ID alone, whose address is filled in later',
      agents,
    )
    .option('--to <folder>', 'the folder to be made', 'mesh')
    .option('--port <number>', 'what the NATS server listens on', port, 4222)
    .option('--http-port <number>', 'what the daemons serve HTTP on', port, 9720)
    .option('--data <folder>', 'where the daemons’ data lies on their machines', absolute, '/var/lib/pop-sla')
    .option('--nats <folder>', 'where the server’s configuration lies on its machine', absolute, '/etc/nats')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pop-sla mesh init --hub nats.example.net --agents SIN=192.0.2.11,FRA=192.0.2.12\n' +
        '  $ pop-sla mesh init --hub nats.example.net,192.0.2.10 --agents SIN,FRA --to our-mesh',
    )
    .action((options: InitOptions) => init(options, context));

async function init(options: InitOptions, context: Context): Promise<void> {
  const { hub, agents: places, to, port: natsPort, httpPort, data, nats } = options;
  const app = await context.app();
  const folder = resolve(context.cwd, to);
  const { steps } = await app.initMesh({
    hub,
    port: natsPort,
    agents: places,
    folder,
    data,
    natsFolder: nats,
    httpPort,
  });
  context.stdout.write(`${to} is made. What to do with it (also in ${to}/STEPS.txt):\n\n${steps}`);
}

interface JoinOptions {
  readonly to: string;
}

const joinCommand = (context: Context): Command =>
  new Command('join')
    .summary('put the files of this machine’s part of a mesh into place')
    .description(
      'Checks a folder that `mesh init` has made for the hub or for one agent, and copies its files to where the daemon ' +
        'reads them: all or none, and never over others.',
    )
    .argument('<bundle>', 'the folder: mesh/hub, or mesh/agents/SIN')
    .option('--to <folder>', 'the folder of the configuration', '/etc/pop-sla')
    .addHelpText('after', '\nExample:\n  $ sudo pop-sla mesh join SIN')
    .action((bundle: string, options: JoinOptions) => join(bundle, options, context));

async function join(bundle: string, { to }: JoinOptions, context: Context): Promise<void> {
  const app = await context.app();
  const folder = resolve(context.cwd, to);
  const { role, name, config, same } = await app.joinMesh({ bundle: resolve(context.cwd, bundle), folder });
  const near = relative(context.cwd, config);
  const shown = near.startsWith('..') ? config : near;
  const what = role === 'hub' ? 'the hub' : `the agent of ${name}`;
  const known = same.length === 0 ? '' : ` (${same.length} files were there already)`;
  context.stdout.write(
    `${shown}: ${what}${known}\ncheck it:  pop-sla doctor --config ${shown}\nstart it:  ` +
      `${role === 'hub' ? 'systemctl enable --now pop-sla-hub' : 'systemctl enable --now pop-sla-agent'}, ` +
      `or pop-sla run --config ${shown}\n`,
  );
}

const renewCommand = (context: Context): Command =>
  new Command('renew')
    .summary('make another certificate of the NATS server')
    .description(
      'Makes another certificate for the same names and the same key, by the authority in the folder of `mesh init`; ' +
        'agents need nothing new. Copy it to the server, which takes it without a restart. For another key, remove ' +
        'nats/server.key before, and copy both.',
    )
    .argument('[folder]', 'the folder that mesh init has made', 'mesh')
    .addHelpText('after', '\nExample:\n  $ pop-sla mesh renew mesh')
    .action(async (folder: string) => {
      const app = await context.app();
      const until = await app.renewCertificate(resolve(context.cwd, folder));
      context.stdout.write(
        `${folder}/nats/server.pem is made anew, valid until ${until}; copy it to the server, and tell it: ` +
          'systemctl reload nats-server\n',
      );
    });

interface TargetsOptions extends ConfigOptions {
  readonly port: number;
}

const targetsCommand = (context: Context): Command =>
  new Command('targets')
    .summary('list the agents for Prometheus')
    .description(
      'Prints where to scrape the agent of each PoP, by the hub’s configuration, as file_sd_configs of Prometheus take ' +
        'it. A hub that runs answers the same at /api/v1/agents/targets, for http_sd_configs.',
    )
    .option('--port <number>', 'what the agents serve HTTP on', port, 9720)
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pop-sla mesh targets --config /etc/pop-sla/hub.yaml > agents.json')
    .action((options: TargetsOptions) => targets(options, context));

async function targets(options: TargetsOptions, context: Context): Promise<void> {
  const config = await readConfig(options, context);
  if (config.role !== 'hub')
    throw new ExitError(exitCodes.badInput, `${config.file} role: is ${config.role}; allowed: a hub's file`);
  const { prometheusTargets } = await import('../../render/mesh.js');
  const measuring = new Set(config.paths.map(({ source }) => source));
  const groups = prometheusTargets(
    config.pops.flatMap(({ id, host, ipv4, ipv6, region }) => {
      const address = host ?? ipv4 ?? ipv6;
      return measuring.has(id) && address !== null ? [{ agent: id, address, region }] : [];
    }),
    options.port,
  );
  context.stdout.write(`${JSON.stringify(groups, null, 2)}\n`);
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || isHostName(text);
}

function hosts(text: string): string[] {
  const named = text.split(',').map((each) => each.trim());
  const wrong = named.find((each) => !isHost(each));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" is no host; allowed: DNS names and IP addresses, with commas`);
  return named;
}

function agents(text: string): AgentPlace[] {
  const places = text.split(',').map((each): AgentPlace => {
    const [id = '', ...rest] = each.trim().split('=');
    const address = rest.length === 0 ? null : rest.join('=');
    if (!isPopId(id) || id === 'hub')
      throw new InvalidArgumentError(`"${id}" is no id of a PoP; allowed: ${popIdRule}`);
    if (address !== null && !isHost(address))
      throw new InvalidArgumentError(
        `"${address}" is no address of ${id}; allowed: an IP address or a DNS name`,
      );
    return { id, address };
  });
  const twice = places.find(({ id }, index) => places.findIndex((each) => each.id === id) !== index);
  if (twice) throw new InvalidArgumentError(`${twice.id} stands there twice; allowed: each PoP once`);
  if (places.length < 2) throw new InvalidArgumentError('is one PoP; allowed: two at least, with commas');
  return places;
}

function port(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('allowed: a port, 1 to 65535');
}

function absolute(text: string): string {
  // What is in quotes in a configuration, and not in a command line of the shell.
  if (isAbsolute(text) && /^[\w./@:+-]+$/.test(text)) return text;
  throw new InvalidArgumentError('allowed: an absolute path of letters, digits and ._/@:+-');
}
