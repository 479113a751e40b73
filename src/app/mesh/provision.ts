import { nkeys } from '@nats-io/transport-node';
import { X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { isIP } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { parseConfig } from '../../config/parse.js';
import { formatProblems } from '../../config/problem.js';
import type { PopId } from '../../core/types.js';
import { inboxOf } from '../../mesh/connect.js';
import { popToken } from '../../mesh/streams.js';
import { prometheusTargets } from '../../render/mesh.js';
import { syncFolder, writeWhole } from '../../seal/whole-file.js';
import { certifyServer, makeAuthority } from './certificates.js';

/** Something is in the way, or a bundle is not one; the message says what, where, and what is allowed. */
export class ProvisionError extends Error {
  override readonly name = 'Refused';
}

/** An agent of a mesh to be: its PoP, and where the others reach it (an address or a name); null: not known yet. */
export interface AgentPlace {
  readonly id: PopId;
  readonly address: string | null;
}

export interface InitOptions {
  /** Names and addresses of the hub's machine; agents connect to the first. */
  readonly hub: readonly [string, ...string[]];
  readonly port: number;
  readonly agents: readonly AgentPlace[];
  /** The folder to be made, absolute. */
  readonly folder: string;
  /** Where the daemons' data and the server's configuration will be on their machines. */
  readonly data: string;
  readonly natsFolder: string;
  /** The port that daemons serve HTTP on. */
  readonly httpPort: number;
}

/** A file of the folder: its mode is 0600 where it is a secret. */
interface PlannedFile {
  readonly name: string;
  readonly text: string;
  readonly isSecret?: true;
}

export interface InitDone {
  readonly files: readonly string[];
  /** What to copy where, line by line; in the folder as `STEPS.txt`. */
  readonly steps: string;
}

const caName = 'mesh-ca.pem';
const stepsName = 'STEPS.txt';

/**
 * Makes the folder of a mesh: the NATS server's configuration with its users, a certificate authority and the server's
 * certificate, the files of the hub and of each agent, and Prometheus' targets. The folder appears whole or not at
 * all. Rejects with a `ProvisionError` where it exists, or a `CertificateError`.
 */
export async function initMesh(options: InitOptions): Promise<InitDone> {
  const { folder, hub, agents } = options;
  if (await exists(folder)) throw new ProvisionError(`${folder} exists already; allowed: a new folder`);
  const authority = await makeAuthority('pop-sla mesh CA');
  const server = await certifyServer(hub, authority);
  const users = ['hub', ...agents.map(({ id }) => id)].map((id) => {
    const pair = nkeys.createUser();
    return { id, publicKey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
  });
  const steps = stepsOf(options);
  const files: PlannedFile[] = [
    { name: stepsName, text: steps },
    { name: 'ca/ca.pem', text: authority.certificate },
    { name: 'ca/ca.key', text: authority.key, isSecret: true },
    { name: 'nats/nats-server.conf', text: serverConf(options) },
    { name: 'nats/users.conf', text: usersConf(users) },
    { name: 'nats/server.pem', text: server.certificate },
    { name: 'nats/server.key', text: server.key, isSecret: true },
    { name: 'nats/nats-server.service', text: natsUnit(options) },
    { name: 'prometheus/scrape.yaml', text: scrapeYaml(options) },
    { name: 'prometheus/agents.json', text: `${JSON.stringify(targetsOf(options), null, 2)}\n` },
    ...users.flatMap(({ id, seed }): PlannedFile[] => {
      const [place, role] = id === 'hub' ? ['hub', 'hub'] : [`agents/${id}`, 'agent'];
      return [
        { name: `${place}/${role}.yaml`, text: role === 'hub' ? hubYaml(options) : agentYaml(id, options) },
        { name: `${place}/${caName}`, text: authority.certificate },
        { name: `${place}/${id}.nkey`, text: `${seed}\n`, isSecret: true },
      ];
    }),
  ];
  for (const { name, text } of files.filter((each) => each.name.endsWith('/hub.yaml')))
    checkConfig(text, name);
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await mkdir(partial, { mode: 0o700 });
    for (const { name, text, isSecret } of files) {
      const file = join(partial, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, text, { mode: isSecret ? 0o600 : 0o644, flush: true });
      await chmod(file, isSecret ? 0o600 : 0o644); // past the umask
    }
    // A folder that somebody made meanwhile is not replaced: renaming onto one that has files fails.
    await rename(partial, folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw new ProvisionError(`${folder} can't be written: ${(error as Error).message}`, { cause: error });
  }
  return { files: files.map(({ name }) => name), steps };
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

function checkConfig(text: string, file: string): void {
  const parsed = parseConfig(text, file);
  if (!parsed.ok) throw new ProvisionError(formatProblems(parsed.problems));
}

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
const serverUrl = ({ hub, port }: InitOptions): string => `tls://${bracketed(hub[0])}:${port}`;

const meshYaml = (id: string, options: InitOptions): object => ({
  servers: [serverUrl(options)],
  nkeySeedFile: `${id}.nkey`,
  tls: { ca: caName },
});

function popOf({ id, address }: AgentPlace): object {
  if (address === null) return { id, host: `${id.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}.invalid` };
  return { id, [isIP(address) === 0 ? 'host' : `ipv${isIP(address)}`]: address };
}

function hubYaml(options: InitOptions): string {
  const { agents, data, httpPort } = options;
  const unknown = agents.filter(({ address }) => address === null).map(({ id }) => id);
  const pops = agents.map((each) => `  - ${stringify(popOf(each), { collectionStyle: 'flow' })}`).join('');
  return `# The hub of a mesh, made by pop-sla mesh init. What it says of pops, paths, commitments, measurement and watch holds
# for all agents; every key is in config/reference.yaml of the program.
role: hub
agent: hub

${unknown.length === 0 ? '' : `# To be filled in: where the others reach ${unknown.join(', ')} (ipv4, ipv6 or host).\n`}pops:
${pops}
mesh:
${indented(stringify(meshYaml('hub', options)))}
store: { path: ${join(data, 'hub', 'pop-sla.db')} }

# The pages and the API, on this machine only; for others see the guide's topic "security".
http: { listen: '127.0.0.1:${httpPort}' }
`;
}

function agentYaml(id: PopId, options: InitOptions): string {
  const { data, httpPort } = options;
  return `# The agent of ${id}, made by pop-sla mesh init. The PoPs, paths and the measurement come from the hub.
role: agent
agent: ${stringify(id).trim()}

mesh:
${indented(stringify(meshYaml(id, options)))}
store: { path: ${join(data, 'agent', 'pop-sla.db')} }

# Prometheus scrapes /metrics here; everything else asks who somebody is, because it is not this machine's alone.
http: { listen: '0.0.0.0:${httpPort}' }
`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

const serverConf = ({
  port,
  natsFolder,
}: InitOptions): string => `# One nats-server (2.9 or newer) for a mesh, made by pop-sla mesh init.

include users.conf

server_name: hub
listen: "0.0.0.0:${port}"
tls {
  cert_file: "${natsFolder}/server.pem"
  key_file: "${natsFolder}/server.key"
}

jetstream {
  store_dir: /var/lib/nats
  max_file_store: 50GB # 31 days of a 200-PoP mesh, with room
}
`;

/** Each user proves itself by the seed of its NKey: there is no secret in this file. */
function usersConf(users: readonly { readonly id: string; readonly publicKey: string }[]): string {
  const list = (subjects: readonly string[]): string => subjects.map((each) => `"${each}"`).join(', ');
  const blocks = users.map(({ id, publicKey }) => {
    const { publish, subscribe } = id === 'hub' ? hubMay : agentMay(id);
    return `    # ${id}
    { nkey: ${publicKey}, permissions: {
      publish: [ ${list(publish)} ]
      subscribe: [ ${list(subscribe)} ]
    } }
`;
  });
  return `# Who may say what: an agent may publish only as its own PoP. Made by pop-sla mesh init.

authorization {
  users: [
${blocks.join('')}  ]
}
`;
}

const hubMay = {
  publish: ['popsla.v1.>', '$JS.>', '$KV.>', '_INBOX.>'],
  subscribe: ['popsla.v1.>', '_INBOX.>', '$KV.>'],
};

const agentMay = (pop: PopId): typeof hubMay => ({
  publish: [
    `popsla.v1.rows.${popToken(pop)}.>`,
    `$KV.popsla-agents.${popToken(pop)}`,
    'popsla.v1.time',
    '$JS.API.INFO',
    '$JS.API.STREAM.INFO.KV_popsla-config',
    '$JS.API.STREAM.INFO.KV_popsla-agents',
    '$JS.API.STREAM.MSG.GET.KV_popsla-config',
  ],
  subscribe: [`${inboxOf(pop)}.>`],
});

/** It goes before the one of Debian's package, whose user it keeps. */
const natsUnit = ({
  natsFolder,
}: InitOptions): string => `# The NATS server of a mesh, made by pop-sla mesh init: /etc/systemd/system/nats-server.service, before the one of Debian's
# package of that name. Where nats-server comes from elsewhere: adduser --system --group nats
[Unit]
Description=NATS server of the pop-sla mesh
After=network-online.target time-sync.target
Wants=network-online.target
Before=pop-sla-hub.service

[Service]
ExecStart=nats-server -c ${natsFolder}/nats-server.conf
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=2s
User=nats
Group=nats
StateDirectory=nats
StateDirectoryMode=0750
LimitNOFILE=65536
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077

[Install]
WantedBy=multi-user.target
`;

const targetsOf = ({ agents, httpPort }: InitOptions) =>
  prometheusTargets(
    agents.flatMap(({ id, address }) => (address === null ? [] : [{ agent: id, address, region: null }])),
    httpPort,
  );

const scrapeYaml = ({
  httpPort,
}: InitOptions): string => `# For prometheus.yml, made by pop-sla mesh init. The hub tells which agents there are, also those that come later. Where
# its HTTP asks who somebody is, give the job a token of the role agent (authorization: { credentials_file: … }).
scrape_configs:
  - job_name: pop-sla
    scrape_interval: 30s
    static_configs:
      - targets: ['127.0.0.1:${httpPort}'] # the hub, on this machine
    http_sd_configs:
      - url: http://127.0.0.1:${httpPort}/api/v1/agents/targets?port=${httpPort}
    # Or without the hub, from a list: pop-sla mesh targets > agents.json
    #file_sd_configs:
    #  - files: [agents.json]
    relabel_configs:
      - source_labels: [__meta_pop_sla_agent]
        regex: (.+)
        target_label: instance
`;

function stepsOf({ folder, hub, agents, natsFolder }: InitOptions): string {
  const name = basename(folder);
  const unknown = agents.filter(({ address }) => address === null).map(({ id }) => id);
  const lines = [
    ...(unknown.length === 0
      ? []
      : [`0. In ${name}/hub/hub.yaml fill in where the others reach ${unknown.join(', ')}.`, '']),
    `1. On the hub's machine (${hub.join(', ')}), as root, with ${name}/nats and ${name}/hub:`,
    `   install -d -m 0755 ${natsFolder}`,
    `   install -m 0644 ${name}/nats/*.conf ${name}/nats/server.pem ${natsFolder}/`,
    `   install -m 0600 -o nats -g nats ${name}/nats/server.key ${natsFolder}/`,
    `   install -m 0644 ${name}/nats/nats-server.service /etc/systemd/system/`,
    '   systemctl daemon-reload && systemctl enable nats-server && systemctl restart nats-server',
    `   pop-sla mesh join ${name}/hub`,
    '   systemctl enable --now pop-sla-hub',
    '',
    '2. In each PoP, as root, with its folder alone:',
    ...agents.map(({ id }) => `   ${id}: pop-sla mesh join ${name}/agents/${id}`),
    '   systemctl enable --now pop-sla-agent',
    '',
    `3. Prometheus, on the hub's machine: the job in ${name}/prometheus/scrape.yaml.`,
    '',
    `4. Keep ${name}/ca elsewhere: its key makes certificates, and no machine of the mesh needs it.`,
    '   On any machine `pop-sla doctor` checks its part; on the hub `pop-sla mesh status` shows every agent.',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Makes another key and certificate of the server, for the same names, in a folder of `initMesh`. Resolves to the new
 * certificate's last day. Rejects with a `ProvisionError` or a `CertificateError`.
 */
export async function renewCertificate(folder: string): Promise<string> {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), 'utf8').catch((error: unknown) => {
      throw new ProvisionError(
        `${join(folder, name)} can't be read (${codeOf(error)}); allowed: a folder of pop-sla mesh init, with its ca`,
      );
    });
  const authority = { certificate: await read('ca/ca.pem'), key: await read('ca/ca.key') };
  const { subject, subjectAltName = '' } = new X509Certificate(await read('nats/server.pem'));
  const first = subject.replace(/^CN=/, '');
  const names = subjectAltName.split(', ').map((each) => each.replace(/^(DNS|IP Address):/, ''));
  const server = await certifyServer([first, ...names.filter((each) => each !== first)], authority);
  await writeWhole(join(folder, 'nats/server.key'), server.key, 0o600);
  await writeWhole(join(folder, 'nats/server.pem'), server.certificate);
  return new Date(new X509Certificate(server.certificate).validTo).toISOString().slice(0, 10);
}

export interface JoinOptions {
  /** The folder `hub` or `agents/ID` of a mesh folder, absolute. */
  readonly bundle: string;
  /** Where the configuration goes: `/etc/pop-sla`. */
  readonly folder: string;
}

export interface JoinDone {
  readonly role: 'hub' | 'agent';
  readonly name: string;
  /** The configuration, absolute. */
  readonly config: string;
  /** Files that were there already, with the same content. */
  readonly same: readonly string[];
}

/**
 * Puts the files of a bundle into the folder of the configuration: all of them or none, and never over a file with
 * another content. They get the folder's owner and group; as root, with the group's right to read. Rejects with a
 * `ProvisionError`.
 */
export async function joinMesh({ bundle, folder }: JoinOptions): Promise<JoinDone> {
  const names = await readdir(bundle).catch((error: unknown) => {
    throw new ProvisionError(`${bundle} can't be read (${codeOf(error)}); allowed: ${bundleIs}`);
  });
  const role = names.includes('hub.yaml') ? 'hub' : names.includes('agent.yaml') ? 'agent' : null;
  if (role === null)
    throw new ProvisionError(`${bundle} has no hub.yaml and no agent.yaml; allowed: ${bundleIs}`);
  const yaml = `${role}.yaml`;
  const parsed = parseConfig(await readFile(join(bundle, yaml), 'utf8'), join(bundle, yaml));
  if (!parsed.ok) throw new ProvisionError(formatProblems(parsed.problems));
  const { mesh, agent } = parsed.config;
  const wanted = [
    mesh?.tls?.ca,
    mesh?.login.kind === 'nkey' ? mesh.login.seedFile : null,
    // Last, so that no daemon starts on half of it.
    join(bundle, yaml),
  ].flatMap((file) => (file == null ? [] : [file]));
  for (const file of wanted) {
    if (resolve(dirname(file)) !== resolve(bundle) || !names.includes(basename(file)))
      throw new ProvisionError(
        `${join(bundle, yaml)} names ${file}, which is not beside it; allowed: ${bundleIs}`,
      );
  }
  const owner = await stat(folder).catch((error: unknown) => {
    throw new ProvisionError(
      `${folder} can't be read (${codeOf(error)}); allowed: the folder of the configuration, by --to`,
    );
  });
  const same: string[] = [];
  const made: string[] = [];
  for (const file of wanted) {
    const target = join(folder, basename(file));
    if (!(await exists(target))) continue;
    if ((await readFile(target)).equals(await readFile(file))) same.push(target);
    else throw new ProvisionError(`${target} exists already and says something else; allowed: move it away`);
  }
  try {
    for (const file of wanted) {
      const target = join(folder, basename(file));
      if (same.includes(target)) continue;
      const partial = `${target}.partial-${process.pid}`;
      made.push(partial);
      await copyFile(file, partial, constants.COPYFILE_EXCL);
      // Of /etc/pop-sla the owner is root, and the group the daemon's.
      const isShared = process.getuid?.() === 0;
      if (isShared) await chown(partial, owner.uid, owner.gid);
      const isSecret = file.endsWith('.nkey');
      await chmod(partial, isShared && owner.gid !== 0 ? 0o640 : isSecret ? 0o600 : 0o644);
      // Unlike a rename it fails where a file came into being meanwhile.
      await link(partial, target);
      made.push(target);
      await rm(partial);
    }
    await syncFolder(folder);
  } catch (error) {
    for (const file of made) await rm(file, { force: true });
    throw new ProvisionError(`${folder}: can't be written: ${(error as Error).message}`, { cause: error });
  }
  return { role, name: agent, config: join(folder, yaml), same };
}

const bundleIs = 'the folder hub, or one of the folder agents, that pop-sla mesh init has made';
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
