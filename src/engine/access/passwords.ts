import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What scrypt costs. */
export interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB for each, as OWASP has it. */
export const usualCost: Cost = { N: 2 ** 15, r: 8, p: 3 };
const keyBytes = 32;

/** `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string, cost: Cost = usualCost): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Takes as long for a hash that is none, so that nobody learns by the clock who there is. */
export async function verifyPassword(
  password: string,
  hash: string | null,
  cost: Cost = usualCost,
): Promise<boolean> {
  const [kind, N, r, p, salt, key] = (hash ?? '').split('$');
  const known = kind === 'scrypt' && key !== undefined;
  const wanted = known ? Buffer.from(key, 'base64') : Buffer.alloc(keyBytes);
  const options = known ? { N: Number(N), r: Number(r), p: Number(p) } : cost;
  const got = await derive(password, known ? Buffer.from(salt ?? '', 'base64') : randomBytes(16), options);
  return known && got.length === wanted.length && timingSafeEqual(got, wanted);
}

const derive = (password: string, salt: Buffer, by: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, { ...by, maxmem: 256 * by.N * by.r }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
