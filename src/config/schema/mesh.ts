import { isIP } from 'node:net';
import { z } from 'zod';
import { readHostName } from '../scalars/address.js';
import { duration } from '../scalars/duration.js';
import { name } from '../scalars/plain.js';
import { isWrong, scalar, textual, wrong } from '../scalars/scalar.js';
import { file } from './file.js';

const second = 1000;
const minute = 60 * second;
const day = 86_400_000;

const server = () =>
  textual('nats://HOST:PORT or tls://HOST:PORT, such as nats://hub.example.net:4222', (text) => {
    if (!URL.canParse(text)) return wrong('is not an address');
    const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
    if (protocol !== 'nats:' && protocol !== 'tls:') return wrong('is not the address of a NATS server');
    if (username !== '' || password !== '')
      return wrong('has a user in it', 'an address alone; the user stands in mesh.user');
    if ((pathname !== '' && pathname !== '/') || search !== '' || hash !== '') {
      return wrong('has more than a host and a port');
    }
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (host === '' || (isIP(host) === 0 && isWrong(readHostName(host)))) return wrong('has no valid host');
    return `${protocol}//${hostname}:${port === '' ? '4222' : port}`;
  });

/** How agents and hubs reach each other. */
export const meshSchema = z.strictObject({
  servers: z.array(server()),
  user: name(200).optional(),
  passwordFile: file().optional(),
  nkeySeedFile: file().optional(),
  credsFile: file().optional(),
  tls: z.strictObject({ ca: file().optional(), cert: file().optional(), key: file().optional() }).optional(),
  replicas: scalar('1, 3 or 5', (input) =>
    input === 1 || input === 3 || input === 5 ? input : wrong('is not a number of replicas'),
  ).default(1),
  keep: duration(minute, 366 * day).default(31 * day),
  heartbeat: duration(100, minute).default(10 * second),
  clockLimit: duration(10, minute).default(second),
});

export type RawMesh = z.output<typeof meshSchema>;
