import { isIPv4 } from 'node:net';

/** Whether a name or an address, without a port, is this machine. */
export const isLoopback = (host: string): boolean => {
  const bare = host.toLowerCase().replace(/^::ffff:/, '');
  return bare === 'localhost' || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.'));
};

/** Without its port and brackets. */
const hostOf = (host: string): string => /^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:\d+$/, '');

/** Whether a `Host` header names this machine: a page of elsewhere could have its own name made to point here. */
export const isOwnHost = (host = ''): boolean => isLoopback(hostOf(host));
