import type { Config } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import { openBuckets } from '../../mesh/buckets.js';
import { publishedNow } from '../../mesh/config/publish.js';
import { connectMesh } from '../../mesh/connect.js';
import { MeshFault } from '../../mesh/fault.js';
import { readAgents } from '../../mesh/status/read-agents.js';
import { viewAgents } from '../../mesh/status/state.js';
import type { AgentsShown } from '../../render/mesh/agents.js';

/** Asks the servers how the agents are, beside a running hub or without one. Rejects with `MeshFault`. */
export async function askMesh(config: Config, now: EpochMs): Promise<AgentsShown> {
  const { mesh, role, agent, paths } = config;
  if (mesh === null)
    throw new MeshFault(`${config.file} role: is standalone; allowed: agent or hub, with a mesh`);
  const connection = await connectMesh({ mesh, name: 'mesh status', agent, timeoutMs: 5_000 });
  try {
    const buckets = await openBuckets(connection);
    const revision = (await publishedNow(buckets.config))?.revision ?? null;
    const seen = await readAgents(buckets.agents);
    const expected = role === 'hub' ? [...new Set(paths.map(({ source }) => source))] : [agent];
    return { revision, agents: viewAgents({ seen, expected, revision, now }) };
  } catch (error) {
    if (error instanceof MeshFault) throw error;
    const { message } = error as Error;
    throw new MeshFault(
      `mesh.servers ${mesh.servers.join(', ')}: ${message}; allowed: a hub that has run, and a user that may read its buckets`,
      { cause: error },
    );
  } finally {
    await connection.close();
  }
}
