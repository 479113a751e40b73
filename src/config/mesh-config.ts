/** What a daemon is: all in one, what measures in a PoP and forwards, or what gathers, judges and serves. */
export const meshRoles = ['standalone', 'agent', 'hub'] as const;
export type MeshRole = (typeof meshRoles)[number];

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

/** Secrets lie in files of their own, absolute, and are read anew at each connection. */
export type MeshLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly passwordFile: string }
  | { readonly kind: 'nkey'; readonly seedFile: string }
  | { readonly kind: 'creds'; readonly file: string };
