import {
  type Authenticator,
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  errors,
  type NatsConnection,
  nkeyAuthenticator,
  type TlsOptions,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { existsSync, readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  type ConnectionOptions as ConnectionOptionsOfTls,
  type PeerCertificate,
} from 'node:tls';
import type { MeshConfig, MeshLogin } from '../config/sections/mesh.js';
import type { PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import { popToken } from './streams.js';

/** The mesh can't be reached or does not take what it is given: what, where, and what is allowed, in one line. */
export class MeshConnectionError extends Error {
  override readonly name = 'MeshFault';
}

/** What of the client's transport is touched here; none of it is promised. */
interface Transport {
  socket?: Socket;
  setupHandlers?: () => void;
}

const shielded = Symbol('shielded');

/**
 * The client (3.4.0) takes its listeners off a socket before it destroys it. An error that is on its way then, such as
 * a write after the server's end, would have nobody to hear it, and end the process: a server that is killed must not
 * take its clients along. From here on each socket of this process' connections keeps one listener.
 */
function guardSocketErrors(connection: NatsConnection): void {
  const { transport } =
    (connection as NatsConnection & { protocol?: { transport?: Transport } }).protocol ?? {};
  if (!transport) return;
  shield(transport.socket);
  const kind = Object.getPrototypeOf(transport) as Transport & { [shielded]?: true };
  const setUp = kind.setupHandlers;
  if (!setUp || kind[shielded]) return;
  kind[shielded] = true;
  // A socket is given its listeners once it is connected, and again after each reconnect.
  kind.setupHandlers = function (this: Transport) {
    shield(this.socket);
    setUp.call(this);
  };
}

function shield(socket: Socket | undefined): void {
  if (!socket) return;
  const remove = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (event?: string | symbol) => {
    remove(event);
    socket.on('error', () => undefined);
    return socket;
  };
}

export interface MeshConnectOptions {
  readonly mesh: MeshConfig;
  /** What the servers' monitoring calls this connection: `agent HKG`. */
  readonly name: string;
  /** Whose inbox answers go to: what a user may listen to is below it. */
  readonly agent: PopId;
  /** Of one try. */
  readonly timeoutMs?: number;
  /** Called with the certificate of each server that was verified. */
  readonly onCertificate?: (certificate: Pick<PeerCertificate, 'valid_to'>) => void;
}

/**
 * Connects once. The returned connection reconnects without limit after it was lost. Throws a `MeshConnectionError`
 * that says what failed, where, and what is allowed.
 */
export async function connectMesh(options: MeshConnectOptions): Promise<NatsConnection> {
  const { mesh, name, agent, timeoutMs = 10_000 } = options;
  const authenticator = authenticatorOf(mesh.login);
  const tls = tlsOf(mesh, options.onCertificate);
  const settings: ConnectionOptions = {
    servers: mesh.servers.map((server) => server.replace(/^[a-z]+:\/\//, '')),
    name: `pop-sla ${name}`,
    inboxPrefix: inboxOf(agent),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 1_000,
    // A password that is wrong for a while is no reason to stay away.
    ignoreAuthErrorAbort: true,
    pingInterval: 15_000,
    maxPingOut: 2,
    timeout: timeoutMs,
    ...(authenticator === null ? {} : { authenticator }),
    ...(tls === null ? {} : { tls }),
  };
  try {
    const connection = await connect(settings);
    guardSocketErrors(connection);
    return connection;
  } catch (error) {
    throw new MeshConnectionError(`mesh.servers ${mesh.servers.join(', ')}: ${reasonOf(error, mesh)}`, {
      cause: error,
    });
  }
}

/** Below this an agent's user may listen. */
export const inboxOf = (agent: PopId): string => `_INBOX.${popToken(agent)}`;

export interface KeepConnectingOptions extends MeshConnectOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: Log;
}

const shortestWaitMs = 500;
const longestWaitMs = 15_000;

/** Tries until it is connected; null when `signal` was aborted before. Each new reason is logged once. */
export async function keepConnecting(
  options: KeepConnectingOptions,
  signal: AbortSignal,
): Promise<NatsConnection | null> {
  const { clock, log } = options;
  let reported = '';
  for (let waitMs = shortestWaitMs; !signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      const connection = await connectMesh(options);
      if (isAborted(signal)) {
        await connection.close();
        return null;
      }
      log.info({ server: connection.getServer() }, 'the mesh is reached');
      void logStatus(connection, log);
      return connection;
    } catch (error) {
      const { message } = error as Error;
      if (message !== reported)
        log.warn({ why: message }, 'the mesh is not reached yet; tried again until it is');
      reported = message;
    }
    await clock.sleep(waitMs, signal);
  }
  return null;
}

/** What the analysis of a loop's condition would take for unchanged. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

async function logStatus(connection: NatsConnection, log: Log): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn({ server: status.server }, 'cut off from the mesh');
    else if (status.type === 'reconnect') log.info({ server: status.server }, 'the mesh is reached again');
    else if (status.type === 'error') log.warn({ why: status.error.message }, 'the mesh refused something');
  }
}

function tlsOf(
  { servers, tls }: MeshConfig,
  onCertificate: MeshConnectOptions['onCertificate'],
): TlsOptions | null {
  const verified = {
    checkServerIdentity(this: ThisOfCheck, name: string, certificate: PeerCertificate): Error | undefined {
      const wrong = checkIdentity.call(this, name, certificate);
      if (wrong === undefined) onCertificate?.(certificate);
      return wrong;
    },
  } as TlsOptions;
  if (tls === null) return servers.some((server) => server.startsWith('tls:')) ? verified : null;
  const files = { 'mesh.tls.ca': tls.ca, 'mesh.tls.cert': tls.cert, 'mesh.tls.key': tls.key };
  for (const [key, file] of Object.entries(files)) {
    if (file !== null && !existsSync(file))
      throw new MeshConnectionError(`${key} ${file}: does not exist; allowed: a PEM file`);
  }
  return {
    ...verified,
    ...(tls.ca === null ? {} : { caFile: tls.ca }),
    ...(tls.cert === null ? {} : { certFile: tls.cert }),
    ...(tls.key === null ? {} : { keyFile: tls.key }),
  };
}

type ThisOfCheck = Pick<ConnectionOptionsOfTls, 'servername' | 'socket'> | undefined;

/**
 * Verifies what was configured. Of a server that is given by its address the client library names no host to verify,
 * and Node would take "localhost" instead: the address that the connection goes to is verified then. Node calls this
 * as a method of the options of that one connection.
 */
function checkIdentity(this: ThisOfCheck, name: string, certificate: PeerCertificate): Error | undefined {
  const configured = this?.servername;
  if (configured !== undefined && configured !== '') return checkServerIdentity(configured, certificate);
  const address = (this?.socket as Socket | undefined)?.remoteAddress;
  if (address !== undefined) return checkServerIdentity(address, certificate);
  // The library begins with TLS: Node knows the host itself.
  if (isIP(name) !== 0) return checkServerIdentity(name, certificate);
  return new Error('which server this is can’t be told: it is not verified');
}

function reasonOf(error: unknown, mesh: MeshConfig): string {
  const { message, cause } = error as Error;
  const code = (error as NodeJS.ErrnoException).code ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof errors.AuthorizationError || /authorization violation/i.test(message)) {
    const who = mesh.login.kind === 'password' ? `the user ${mesh.login.user}` : 'this daemon';
    return `${who} is not let in; allowed: what mesh.user with passwordFile, nkeySeedFile or credsFile prove`;
  }
  if (code === 'ECONNREFUSED') return 'nobody listens there; allowed: a nats-server of the mesh';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name does not resolve; allowed: a known host';
  if (error instanceof errors.TimeoutError || code === 'ETIMEDOUT') {
    return 'no answer; allowed: a nats-server that can be reached from here';
  }
  if (code !== undefined && /CERT|TLS|SSL/.test(code)) {
    return `TLS: ${message} (${code}); allowed: a certificate of mesh.tls.ca for that name`;
  }
  return `${message}; allowed: a nats-server of the mesh`;
}

/**
 * The credentials of a connection. Their files are read again for each connection, so that a secret can be changed
 * while the daemon runs; while a file can't be read, its last content stays in use. Throws a `MeshConnectionError` for
 * a file that can't be read now.
 */
function authenticatorOf(login: MeshLogin): Authenticator | null {
  switch (login.kind) {
    case 'none':
      return null;
    case 'password': {
      const read = kept(login.passwordFile, 'mesh.passwordFile', 'a password, and nothing else');
      return usernamePasswordAuthenticator(login.user, () => read());
    }
    case 'nkey': {
      const allowed = 'the seed of a user’s NKey, which begins with SU';
      const read = kept(login.seedFile, 'mesh.nkeySeedFile', allowed, (text) =>
        /^SU[A-Z2-7]{56}$/.test(text),
      );
      return nkeyAuthenticator(() => new TextEncoder().encode(read()));
    }
    case 'creds': {
      const allowed = 'a .creds file with a JWT and a seed';
      const read = kept(login.file, 'mesh.credsFile', allowed, (text) =>
        /BEGIN NATS USER JWT[\s\S]*BEGIN USER NKEY SEED/.test(text),
      );
      return credsAuthenticator(() => new TextEncoder().encode(read()));
    }
  }
}

/** Reads a secret now, and then again whenever it is asked for. */
function kept(
  file: string,
  key: string,
  allowed: string,
  fits: (text: string) => boolean = (text) => text !== '',
): () => string {
  const read = (): string => {
    const text = readFileSync(file, 'utf8').trim();
    if (!fits(text)) throw new MeshConnectionError(`${key} ${file}: is not one; allowed: ${allowed}`);
    return text;
  };
  let last: string;
  try {
    last = read();
  } catch (error) {
    if (error instanceof MeshConnectionError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new MeshConnectionError(`${key} ${file}: can't be read (${code}); allowed: ${allowed}`, {
      cause: error,
    });
  }
  return () => {
    try {
      last = read();
    } catch {
      // What was read before stays in force.
    }
    return last;
  };
}
