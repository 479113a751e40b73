import { resolve } from 'node:path';
import type { HttpConfig } from './http.js';
import type { RawHttp } from './schema/http.js';

/** `folder`: what the names of files are relative to. */
export function buildHttpConfig(raw: RawHttp, folder: string): HttpConfig {
  const { listen, tls, publicUrl = null, trustedProxies, requestsPerMinute, bodyLimit, auth } = raw;
  const { open, metrics, session, idle, oidc } = auth;
  return {
    ...listen,
    tls: tls ? { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } : null,
    ...{ publicUrl, trustedProxies, requestsPerMinute, bodyLimit },
    auth: {
      ...{ open, metrics, sessionMs: session, idleMs: idle },
      oidc: oidc
        ? {
            ...oidc,
            clientSecretFile:
              oidc.clientSecretFile === undefined ? null : resolve(folder, oidc.clientSecretFile),
          }
        : null,
    },
  };
}
