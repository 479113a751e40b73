import { z } from 'zod';
import { roles } from '../../core/access/principal.js';
import { duration } from '../scalars/duration.js';
import { listen } from '../scalars/listen.js';
import { network } from '../scalars/network.js';
import { name, oneOf, whole } from '../scalars/plain.js';
import { textual, wrong } from '../scalars/scalar.js';
import { file } from './file.js';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** An address of somebody's server; only one that is this machine's may go without TLS. */
const url = () =>
  textual('an address of https, such as https://id.example.net (http for 127.0.0.1 only)', (text) => {
    if (!URL.canParse(text)) return wrong('is not an address');
    const { protocol, hostname, username, password, search, hash } = new URL(text);
    const local = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
    if (protocol !== 'https:' && !(protocol === 'http:' && local)) return wrong('is not an address of https');
    if (username !== '' || password !== '' || search !== '' || hash !== '')
      return wrong('has more than a place');
    return text.replace(/\/+$/, '');
  });

const oidc = z.strictObject({
  issuer: url(),
  clientId: name(200),
  clientSecretFile: file().optional(),
  scopes: z.array(name(100)).default(['openid', 'profile']),
  rolesClaim: name(100).default('roles'),
  customerClaim: name(100).default('customer'),
  nameClaim: name(100).default('name'),
  roles: z.record(z.string(), oneOf(roles)).default({}),
});

export const httpSchema = z.strictObject({
  listen: listen().default({ host: '127.0.0.1', port: 9720 }),
  tls: z.strictObject({ cert: file(), key: file() }).optional(),
  publicUrl: url().optional(),
  trustedProxies: z.array(network()).default([]),
  requestsPerMinute: whole(1, 1_000_000).default(1200),
  bodyLimit: whole(1024, 100 * 2 ** 20).default(2 ** 20),
  auth: z
    .strictObject({
      open: oneOf(['loopback', 'never']).default('loopback'),
      metrics: oneOf(['open', 'signed-in']).default('open'),
      session: duration(minuteMs, 90 * dayMs).default(12 * 60 * minuteMs),
      idle: duration(minuteMs, 90 * dayMs).default(60 * minuteMs),
      oidc: oidc.optional(),
    })
    .prefault({}),
});

export type RawHttp = z.output<typeof httpSchema>;
