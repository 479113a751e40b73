import { ProbeUnavailable } from '../probe.js';
import type { FromChild } from './wire.js';

/** What to tell a person whose machine can't run this kind. */
export function explain(message: Extract<FromChild, { type: 'unavailable' }>): ProbeUnavailable {
  switch (message.cause) {
    case 'permission':
      return new ProbeUnavailable(
        `net-ping needs a raw socket, which needs CAP_NET_RAW: ${message.message}`,
        'sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v node)")"',
        true,
      );
    case 'library':
      return new ProbeUnavailable(
        `net-ping, an optional part that has to be compiled, is not built here: ${message.message.split('\n')[0] ?? ''}`,
        'sudo apt-get install g++ make python3 && npm ci',
        false,
      );
    case 'socket':
      return new ProbeUnavailable(
        `no raw socket can be opened here: ${message.message}`,
        'choose another driver',
        false,
      );
  }
}
