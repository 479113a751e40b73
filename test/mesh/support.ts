import type { MeshConfig } from '../../src/config/sections/mesh.js';

/** How to reach one server without a login. */
export function meshOf(server: string, over: Partial<MeshConfig> = {}): MeshConfig {
  return {
    servers: [server],
    login: { kind: 'none' },
    tls: null,
    replicas: 1,
    keepMs: 31 * 86_400_000,
    heartbeatMs: 200,
    clockLimitMs: 1_000,
    ...over,
  };
}
