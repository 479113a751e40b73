import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { loadNetPing } from '../../probes/net-ping/library.js';
import { postgresPrograms } from './postgres-programs.js';

/** What tests need of the machine they run on. */
export interface Needs {
  /** To be root, with all that root may do. */
  readonly root?: boolean;
  /** Programs on the PATH. */
  readonly commands?: readonly string[];
  /** To open TUN devices. */
  readonly tun?: boolean;
  /** To make network namespaces and what goes with them (implies `root`, `ip`). */
  readonly namespaces?: boolean;
  /** To open raw sockets. */
  readonly rawSocket?: boolean;
  /** net-ping, which only machines with a compiler have. */
  readonly netPing?: boolean;
  /** A minimal Debian, which takes minutes and Debian's packages: CI has it, and whoever asks for it. */
  readonly debian?: boolean;
  /** To mount file systems. */
  readonly mount?: boolean;
  /** The built program in `dist/`. */
  readonly built?: boolean;
  /** IPv6 on the loopback interface. */
  readonly ipv6?: boolean;
  /** Grafana's own libraries, which are installed apart from what the product needs. */
  readonly grafanaParts?: boolean;
  /** PostgreSQL's server programs. */
  readonly postgres?: boolean;
}

export interface Requirement {
  /** What is missing here, for people; null when nothing is. */
  readonly missing: string | null;
  /** As vitest's, run only where nothing is missing. */
  readonly beforeAll: (hook: () => Promise<void> | void, timeoutMs?: number) => void;
  readonly afterAll: (hook: () => Promise<void> | void, timeoutMs?: number) => void;
}

/**
 * Skips the tests of this file or `describe` where the machine can't run them, each with the reason. Hooks run all
 * the same in vitest: those that need the machine are given to what this gives back.
 */
export function requires(needs: Needs): Requirement {
  const missing = whatIsMissing(needs);
  if (missing !== null) {
    beforeEach(({ skip }) => {
      skip(missing);
    });
  }
  return {
    missing,
    beforeAll: (hook, timeoutMs) => {
      if (missing === null) beforeAll(hook, timeoutMs);
    },
    afterAll: (hook, timeoutMs) => {
      if (missing === null) afterAll(hook, timeoutMs);
    },
  };
}

const capability = { netAdmin: 12, netRaw: 13, sysAdmin: 21 } as const;

/** What of the needs this machine does not have; null when it has all. */
export function whatIsMissing(needs: Needs): string | null {
  const missing: string[] = [];
  const root = needs.root === true || needs.namespaces === true;
  const commands = new Set([...(needs.commands ?? []), ...(needs.namespaces ? ['ip'] : [])]);
  if (root && process.getuid?.() !== 0) missing.push('needs root');
  else if (needs.namespaces && !(holds(capability.sysAdmin) && holds(capability.netAdmin))) {
    missing.push('needs CAP_SYS_ADMIN and CAP_NET_ADMIN for network namespaces');
  }
  if (needs.mount && !holds(capability.sysAdmin)) missing.push('needs CAP_SYS_ADMIN to mount');
  if (needs.rawSocket && !holds(capability.netRaw)) missing.push('needs CAP_NET_RAW');
  if (needs.netPing && !netPingLoads()) missing.push('needs net-ping, which takes a C++ compiler to install');
  if (needs.debian && process.env['CI'] === undefined && process.env['POP_SLA_PACKAGING'] === undefined)
    missing.push('takes minutes and Debian’s packages: set POP_SLA_PACKAGING=1');
  if (needs.tun && !canOpen('/dev/net/tun')) missing.push('needs /dev/net/tun');
  for (const command of commands) if (!isOnPath(command)) missing.push(`needs the program ${command}`);
  if (needs.ipv6 && !existsSync('/proc/net/if_inet6')) missing.push('needs IPv6');
  if (needs.postgres && postgresPrograms() === null) missing.push('needs a PostgreSQL server');
  if (needs.grafanaParts && !existsSync(join(grafanaParts, 'node_modules', '@grafana', 'ui')))
    missing.push('needs Grafana’s libraries: npm ci --prefix test/dashboards/grafana-ui');
  if (needs.built && !existsSync(builtMain)) missing.push('needs the build: npm run build');
  return missing.length === 0 ? null : missing.join('; ');
}

const grafanaParts = join(import.meta.dirname, '..', 'dashboards', 'grafana-ui');

/** The built command. */
export const builtMain = join(import.meta.dirname, '..', '..', 'dist', 'src', 'main.js');

function netPingLoads(): boolean {
  try {
    loadNetPing();
    return true;
  } catch {
    return false;
  }
}

function holds(bit: number): boolean {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 1n;
  } catch {
    return false;
  }
}

function canOpen(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
