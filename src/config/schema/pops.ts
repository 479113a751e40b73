import { z } from 'zod';
import { isPopId, popIdRule } from '../../core/path/path.js';
import { hostName, ipv4, ipv6 } from '../scalars/address.js';
import { name } from '../scalars/plain.js';
import { scalar, textual, wrong } from '../scalars/scalar.js';

export const popId = () => textual(popIdRule, (text) => (isPopId(text) ? text : wrong('is not a PoP id')));

const coordinates = () =>
  scalar('[latitude from -90 to 90, longitude from -180 to 180], in degrees', (input) => {
    if (!Array.isArray(input) || input.length !== 2) return wrong('is not a pair of numbers');
    const [latitude, longitude] = input as unknown[];
    if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return wrong('is not a pair of numbers');
    if (Math.abs(latitude as number) > 90) return wrong('has a latitude out of range');
    if (Math.abs(longitude as number) > 180) return wrong('has a longitude out of range');
    return { latitude: latitude as number, longitude: longitude as number };
  });

export const popSchema = z.strictObject({
  id: popId(),
  name: name(100).optional(),
  region: name(64).optional(),
  ipv4: ipv4().optional(),
  ipv6: ipv6().optional(),
  host: hostName().optional(),
  coordinates: coordinates().optional(),
});
