import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { startNats, type NatsServer } from './nats.js';
import { root } from './source-files.js';

export const tlsFolder = join(root, 'test/support/tls');

/** What of `config/nats` a test fills in: one file, name by name. */
export type SiteFiles = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface FileServer extends NatsServer {
  readonly remove: () => Promise<void>;
}

/** Starts a server from one of the very files in `config/nats`, with the site's values in place of the examples. */
export async function startFromFile(file: string, site: SiteFiles, port: number): Promise<FileServer> {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-nats-files-'));
  cpSync(join(root, 'config/nats'), folder, { recursive: true });
  for (const [name, values] of Object.entries(site)) {
    const lines = Object.entries({ ...values }).map(([key, value]) => `${key}: ${value}\n`);
    writeFileSync(join(folder, name), lines.join(''));
  }
  const server = await startNats({ file: join(folder, file), port, place: false });
  return {
    ...server,
    remove: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The values that hub.conf and cluster.conf need; passwords are the users' names backwards. */
export async function siteOf(name: string, store: string, nkey: string) {
  const [clients, leafs] = [await freePort(), await freePort()];
  return {
    ports: { clients, leafs },
    values: {
      NAME: name,
      CLIENTS: `"127.0.0.1:${clients}"`,
      LEAFS: `"127.0.0.1:${leafs}"`,
      STORE: `"${store}"`,
      CERT: `"${tlsFolder}/cert.pem"`,
      KEY: `"${tlsFolder}/key.pem"`,
    },
    passwords: { HUB_PASSWORD: '"buh"', HKG_PASSWORD: '"gkh"', SIN_NKEY: nkey },
  };
}
