import { isIPv4, isIPv6 } from 'node:net';
import { readHostName } from './address.js';
import { isWrong, textual, wrong } from './scalar.js';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

const expression = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,6})$/;

/** `HOST:PORT`; an IPv6 address in brackets. */
export const listen = () =>
  textual(
    'HOST:PORT with a port from 0 (any free one) to 65535, such as 127.0.0.1:9720 or "[::1]:9720"',
    (text): Listen | ReturnType<typeof wrong> => {
      const match = expression.exec(text);
      if (!match) return wrong('is not HOST:PORT');
      const host = match[1] ?? match[2] ?? '';
      const good = match[1] === undefined ? isIPv4(host) || !isWrong(readHostName(host)) : isIPv6(host);
      if (!good) return wrong('has no valid host');
      const port = Number(match[3]);
      return port > 65_535 ? wrong('has no valid port') : { host, port };
    },
  );

export const formatListen = ({ host, port }: Listen): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
