import type { Config } from '../../config/config.js';
import { check, messageOf, type Check } from './checks.js';

const patienceMs = 5_000;

/** Connects as the daemon would, with its certificates and credentials, and looks for JetStream. */
export async function checkMesh({
  mesh,
  role,
  agent,
}: Pick<Config, 'mesh' | 'role' | 'agent'>): Promise<Check[]> {
  const name = 'mesh';
  if (mesh === null) return [];
  const { connectMesh } = await import('../../mesh/connect.js');
  let connection;
  try {
    connection = await connectMesh({ mesh, name: `doctor of ${agent}`, agent, timeoutMs: patienceMs });
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
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(connection, { timeout: patienceMs });
    await manager.getAccountInfo();
    return [check(name, 'ok', `${connection.getServer()} lets this ${role} in, and has JetStream`)];
  } catch (error) {
    return [
      check(
        name,
        // What an agent's user may do is little: to ask for the account is not needed.
        role === 'agent' ? 'unknown' : 'fail',
        `${connection.getServer()} lets this ${role} in; JetStream: ${messageOf(error)}`,
        'enable JetStream at the servers, for the account of this user',
      ),
    ];
  } finally {
    await connection.close();
  }
}
