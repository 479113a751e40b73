import { jetstreamManager } from '@nats-io/jetstream';
import type { Config } from '../../config/config.js';
import { connectMesh } from '../../mesh/connect.js';
import { deadLetters, type DeadLetters } from '../../mesh/dead/office.js';
import { MeshFault } from '../../mesh/fault.js';

/** Asks the servers, by the hub's configuration; the hub need not run. Rejects with `MeshFault`. */
export async function withDeadLetters<T>(
  config: Config,
  work: (letters: DeadLetters) => Promise<T>,
): Promise<T> {
  const { mesh, role, agent } = config;
  if (mesh === null || role !== 'hub')
    throw new MeshFault(
      `${config.file} role: is ${role}; allowed: a hub's file, whose user may read dead letters`,
    );
  const connection = await connectMesh({ mesh, name: 'mesh dead', agent, timeoutMs: 5_000 });
  try {
    return await work(deadLetters(connection, await jetstreamManager(connection)));
  } catch (error) {
    if (error instanceof MeshFault) throw error;
    const said = `mesh.servers ${mesh.servers.join(', ')}: ${(error as Error).message}`;
    throw new MeshFault(`${said}; allowed: a mesh in which a hub has run`, { cause: error });
  } finally {
    await connection.close();
  }
}
