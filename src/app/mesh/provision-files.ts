import { isIP } from 'node:net';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { formatListen } from '../../config/scalars.js';
import type { PopId } from '../../core/types.js';
import { inboxOf } from '../../mesh/connect.js';
import { popToken } from '../../mesh/streams.js';
import { prometheusTargets } from '../../render/mesh.js';

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

/** What the authority's certificate is called beside each configuration. */
export const caName = 'mesh-ca.pem';

const meshYaml = (id: string, { hub, port }: InitOptions): object => ({
  servers: [`tls://${formatListen({ host: hub[0], port })}`],
  nkeySeedFile: `${id}.nkey`,
  tls: { ca: caName },
});

function popOf({ id, address }: AgentPlace): object {
  if (address === null) return { id, host: `${id.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}.invalid` };
  return { id, [isIP(address) === 0 ? 'host' : `ipv${isIP(address)}`]: address };
}

export function hubYaml(options: InitOptions): string {
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

export function agentYaml(id: PopId, options: InitOptions): string {
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

export const serverConf = ({
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
export function usersConf(users: readonly { readonly id: string; readonly publicKey: string }[]): string {
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
export const natsUnit = ({
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

export const targetsOf = ({ agents, httpPort }: InitOptions) =>
  prometheusTargets(
    agents.flatMap(({ id, address }) => (address === null ? [] : [{ agent: id, address, region: null }])),
    httpPort,
  );

export const scrapeYaml = ({
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

export function stepsOf({ folder, hub, agents, natsFolder }: InitOptions): string {
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
