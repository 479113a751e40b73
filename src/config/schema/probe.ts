import { z } from 'zod';
import { ip } from '../scalars/address.js';
import { whole, yesOrNo } from '../scalars/plain.js';
import { textual, wrong } from '../scalars/scalar.js';

const device = () =>
  textual('the name of a network interface, at most 15 characters', (text) =>
    /^[^\s/]{1,15}$/.test(text) ? text : wrong('is not the name of an interface'),
  );

/** How the packets of a path are made; what is left out is the system's choice. */
export const probeSchema = z.strictObject({
  dscp: whole(0, 63).optional(),
  ttl: whole(1, 255).optional(),
  sourceAddress: ip().optional(),
  dontFragment: yesOrNo().optional(),
  interface: device().optional(),
});
