import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../../config/config.js';
import type { MeshConfig } from '../../config/defaults.js';
import type { AppPort } from '../context.js';
import { check, messageOf, type Check } from './checks.js';

const patienceMs = 5_000;
const dayMs = 86_400_000;
/** A certificate that ends sooner is to be renewed now. */
const expiresSoonDays = 30;

/**
 * Connects as the daemon would, with its certificates and credentials, and looks at what this daemon needs of the mesh:
 * JetStream, the server's certificate, for an agent a hub that answers and its clock, for a hub its agents.
 */
export async function checkMesh(config: Config, app: Pick<AppPort, 'askMesh'>): Promise<Check[]> {
  const { mesh, role, agent } = config;
  const name = 'mesh';
  if (mesh === null) return [];
  const { connectMesh } = await import('../../mesh/connect.js');
  let connection;
  let validTo: string | null = null;
  try {
    connection = await connectMesh({
      mesh,
      name: `doctor of ${agent}`,
      agent,
      timeoutMs: patienceMs,
      onCertificate: (certificate) => (validTo = certificate.valid_to),
    });
  } catch (error) {
    return [
      check(
        name,
        'fail',
        messageOf(error),
        'start the servers, or mend mesh.servers, mesh.tls and the login',
      ),
    ];
  }
  try {
    return [
      await checkJetStream(connection, config),
      checkCertificate(validTo, connection, Date.now()),
      role === 'agent' ? await checkHub(connection, mesh) : await checkAgents(config, app),
      ...(role === 'agent' ? checkScrape(config) : []),
    ];
  } finally {
    await connection.close();
  }
}

async function checkJetStream(connection: NatsConnection, { role }: Pick<Config, 'role'>): Promise<Check> {
  const name = 'mesh';
  try {
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(connection, { timeout: patienceMs });
    await manager.getAccountInfo();
    return check(name, 'ok', `${connection.getServer()} lets this ${role} in, and has JetStream`);
  } catch (error) {
    return check(
      name,
      // What an agent's user may do is little: to ask for the account is not needed.
      role === 'agent' ? 'unknown' : 'fail',
      `${connection.getServer()} lets this ${role} in; JetStream: ${messageOf(error)}`,
      'enable JetStream at the servers, for the account of this user',
    );
  }
}

/** `validTo`: as TLS gives it; null: the connection has no TLS. */
function checkCertificate(validTo: string | null, connection: NatsConnection, now: number): Check {
  const name = 'mesh certificate';
  if (validTo === null)
    return check(
      name,
      'note',
      `${connection.getServer()} has no TLS: what is sent can be read on the way`,
      'give the server a certificate, and mesh.tls.ca its authority: pop-sla mesh init makes both',
    );
  const days = Math.floor((Date.parse(validTo) - now) / dayMs);
  const detail = `the server's is valid for ${days} days, until ${new Date(validTo).toISOString().slice(0, 10)}`;
  return days >= expiresSoonDays
    ? check(name, 'ok', detail)
    : check(name, 'note', detail, 'renew it: pop-sla mesh renew FOLDER, where mesh init has made the folder');
}

/** An agent gets the mesh from a hub, and its clock is compared with the hub's. */
async function checkHub(connection: NatsConnection, { clockLimitMs }: MeshConfig): Promise<Check> {
  const name = 'mesh hub';
  const [{ askTime, isSuspect }, { systemClock }] = await Promise.all([
    import('../../mesh/clock.js'),
    import('../../engine/clock.js'),
  ]);
  try {
    const { reading, revision } = await askTime(connection, systemClock);
    const seconds = (ms: number): string => (ms / 1000).toFixed(3);
    const off = `this clock is ${seconds(reading.offsetMs)} s ± ${seconds(reading.errorMs)} s off`;
    const detail = `a hub answers, with revision ${revision ?? 'none'} of the mesh; ${off}`;
    return isSuspect(reading, clockLimitMs)
      ? check(name, 'fail', detail, 'run a time service on both machines: apt install chrony')
      : check(name, 'ok', detail);
  } catch (error) {
    return check(
      name,
      'note',
      `no hub answers: ${messageOf(error)}`,
      'start the hub: its agents wait for it',
    );
  }
}

async function checkAgents(config: Config, app: Pick<AppPort, 'askMesh'>): Promise<Check> {
  const name = 'mesh agents';
  try {
    const { agents } = await app.askMesh(config, Date.now());
    const others = agents.filter(({ state }) => state !== 'in-order');
    const detail = `${agents.length - others.length} of ${agents.length} are in order`;
    const told = others.map(({ agent, state }) => `${agent} ${state}`).join(', ');
    return others.length === 0
      ? check(name, 'ok', detail)
      : check(
          name,
          'note',
          `${detail}: ${told}`,
          'pop-sla mesh status tells why; pop-sla doctor on the agent',
        );
  } catch (error) {
    return check(name, 'note', messageOf(error), 'start the hub once: it makes the streams');
  }
}

function checkScrape({ http }: Pick<Config, 'http'>): Check[] {
  if (!/^127\.|^::1$|^localhost$/.test(http.host)) return [];
  return [
    check(
      'scrape',
      'note',
      `http.listen is ${http.host}: a Prometheus on another machine reaches nothing`,
      `http: { listen: '0.0.0.0:${http.port}' }`,
    ),
  ];
}
