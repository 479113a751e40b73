import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  day,
  duration,
  file,
  formatDuration,
  isWrong,
  minute,
  name,
  readHostName,
  scalar,
  second,
  textual,
  withoutNulls,
  wrong,
} from '../scalars.js';

/** How an agent and a hub meet: by NATS JetStream. */
export interface MeshConfig {
  /** `nats://host:port` or `tls://host:port`, at least one; tried in any order. */
  readonly servers: readonly string[];
  readonly login: MeshLogin;
  /** Names of PEM files, absolute; null: TLS only where a server's address or the server itself asks for it. */
  readonly tls: {
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
  } | null;
  /** How many servers of a cluster hold each stream and bucket; the hub makes them so. */
  readonly replicas: number;
  /** How long the servers keep rows that no hub has taken; the hub makes the streams so. */
  readonly keepMs: number;
  /** How often an agent says how it is. */
  readonly heartbeatMs: number;
  /** A clock that is off by more than this against the hub's is suspect. */
  readonly clockLimitMs: number;
}

/** Secrets lie in files of their own, absolute, and are read again at each connection. */
export type MeshLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly passwordFile: string }
  | { readonly kind: 'nkey'; readonly seedFile: string }
  | { readonly kind: 'creds'; readonly file: string };

const server = () =>
  textual('nats://HOST:PORT or tls://HOST:PORT, such as nats://hub.example.net:4222', (text) => {
    if (!URL.canParse(text)) return wrong('is not an address');
    const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
    if (protocol !== 'nats:' && protocol !== 'tls:') return wrong('is not the address of a NATS server');
    if (username !== '' || password !== '')
      return wrong('has a user in it', 'an address alone; the user stands in mesh.user');
    if ((pathname !== '' && pathname !== '/') || search !== '' || hash !== '') {
      return wrong('has more than a host and a port');
    }
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (host === '' || (isIP(host) === 0 && isWrong(readHostName(host)))) return wrong('has no valid host');
    return `${protocol}//${hostname}:${port === '' ? '4222' : port}`;
  });

/** How agents and hubs reach each other. */
const meshSchema = z.strictObject({
  servers: z.array(server()),
  user: name(200).optional(),
  passwordFile: file().optional(),
  nkeySeedFile: file().optional(),
  credsFile: file().optional(),
  tls: z.strictObject({ ca: file().optional(), cert: file().optional(), key: file().optional() }).optional(),
  replicas: scalar('1, 3 or 5', (input) =>
    input === 1 || input === 3 || input === 5 ? input : wrong('is not a number of replicas'),
  ).default(1),
  keep: duration(minute, 366 * day).default(31 * day),
  heartbeat: duration(100, minute).default(10 * second),
  clockLimit: duration(10, minute).default(second),
});

type RawMesh = z.output<typeof meshSchema>;

/** `folder`: what the names of files are relative to. */
function buildMesh(raw: RawMesh, folder: string): MeshConfig {
  const at = (file: string): string => resolve(folder, file);
  const atOrNull = (file: string | undefined): string | null => (file === undefined ? null : at(file));
  const { servers, tls, replicas, keep, heartbeat, clockLimit } = raw;
  return {
    servers,
    login: buildLogin(raw, at),
    tls: tls ? { ca: atOrNull(tls.ca), cert: atOrNull(tls.cert), key: atOrNull(tls.key) } : null,
    replicas,
    keepMs: keep,
    heartbeatMs: heartbeat,
    clockLimitMs: clockLimit,
  };
}

function buildLogin(raw: RawMesh, at: (file: string) => string): MeshLogin {
  const { user, passwordFile, nkeySeedFile, credsFile } = raw;
  if (user !== undefined && passwordFile !== undefined)
    return { kind: 'password', user, passwordFile: at(passwordFile) };
  if (nkeySeedFile !== undefined) return { kind: 'nkey', seedFile: at(nkeySeedFile) };
  if (credsFile !== undefined) return { kind: 'creds', file: at(credsFile) };
  return { kind: 'none' };
}

/** As it is written in a file. */
function plainMesh({ servers, login, tls, replicas, ...times }: MeshConfig): object {
  return {
    servers,
    ...plainLogin(login),
    ...(tls === null ? {} : { tls: withoutNulls(tls) }),
    replicas,
    keep: formatDuration(times.keepMs),
    heartbeat: formatDuration(times.heartbeatMs),
    clockLimit: formatDuration(times.clockLimitMs),
  };
}

function plainLogin(login: MeshLogin): object {
  switch (login.kind) {
    case 'none':
      return {};
    case 'password':
      return { user: login.user, passwordFile: login.passwordFile };
    case 'nkey':
      return { nkeySeedFile: login.seedFile };
    case 'creds':
      return { credsFile: login.file };
  }
}

/** How agents and hubs reach each other. */
export const meshSection = { schema: meshSchema, build: buildMesh, show: plainMesh };
