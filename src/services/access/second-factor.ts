import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { validationError } from '../../core/ledger/errors.js';
import type { EpochMs } from '../../core/types.js';
import { sha256 } from '../../seal/canonical.js';
import { KeyError } from '../../seal/keys.js';
import type { AccessStore, SecondFactor } from '../../store/access-store.js';
import { openText, sealText } from './sealed-text.js';
import { nameKey } from '../../store/access-store.js';
import { ValidationError } from '../ledger/entries.js';

const periodMs = 30_000;
const recoveryCodes = 10;

interface SecondFactorsOptions {
  readonly store: Pick<AccessStore, 'factors'>;
  readonly now: () => EpochMs;
  /** What encrypts the secrets in the store, and does not stand there; left out: they stand there as they are. */
  readonly key?: (() => Promise<Buffer>) | undefined;
}

/** The second factors of users: time-based one-time passwords (RFC 6238), and recovery codes for a lost device. */
export interface SecondFactors {
  /** Whether somebody has finished enrolling, and how many recovery codes are left. */
  state(user: string): Promise<{ readonly enrolled: boolean; readonly recoveryCodes: number }>;
  /** Begins to enrol; `uri` is what an authenticator app reads. Rejects with a `ValidationError` once enrolled. */
  begin(user: string): Promise<{ readonly secret: string; readonly uri: string }>;
  /** Finishes it with a first code; resolves to the recovery codes, which are never shown again. */
  confirm(user: string, code: string): Promise<readonly string[]>;
  /** Uses a code of the app or a recovery code up; false: it is wrong or was used, or nobody has enrolled. */
  use(user: string, code: string): Promise<boolean>;
  /** Whether a code of the app is right, without using it up. */
  isRight(user: string, code: string): Promise<boolean>;
  /** Rejects with a `ValidationError` for a wrong code. */
  remove(user: string, code: string): Promise<void>;
  /** Encrypts the secrets that an earlier version stored as they are. */
  sealStored(): Promise<void>;
}

const sealedMark = 'sealed:';

export function createSecondFactors({ store: { factors }, now, key }: SecondFactorsOptions): SecondFactors {
  /** As it is stored: with whom it is of, so that no other row can have it. */
  const sealed = async (person: string, secret: string): Promise<string> =>
    key ? `${sealedMark}${sealText(await key(), JSON.stringify([person, secret]))}` : secret;
  const opened = async ({ person, secret }: SecondFactor): Promise<string> => {
    // Those of earlier versions stand there as they are.
    if (!secret.startsWith(sealedMark)) return secret;
    const text = key && openedText(await key(), secret.slice(sealedMark.length));
    const [of, plain] = (text ? JSON.parse(text) : []) as [string?, string?];
    if (of === person && plain !== undefined) return plain;
    throw new KeyError(
      `the second factor of ${person} was encrypted with another key; put second-factor.key back from a backup`,
    );
  };
  const enrolled = async (user: string): Promise<SecondFactor | null> => {
    const found = await factors.find(nameKey(user));
    return found?.confirmedAt === null ? null : found;
  };
  /** The time step that a code is of; null: it is none of this minute. */
  const stepOf = (secret: string, code: string): number | null => {
    const token = code.replace(/\s/g, '');
    if (!/^\d{6}$/.test(token)) return null;
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const delta = totp.validate({ token, timestamp: now(), window: 1 });
    return delta === null ? null : Math.floor(now() / periodMs) + delta;
  };
  const use: SecondFactors['use'] = async (user, code) => {
    const factor = await enrolled(user);
    if (factor === null) return false;
    if (/^\d{6}$/.test(code.replace(/\s/g, ''))) {
      const step = stepOf(await opened(factor), code);
      return step !== null && factors.use(factor.person, { step });
    }
    const recovery = sha256(plainCode(code));
    return factor.recovery.includes(recovery) && factors.use(factor.person, { recovery });
  };
  return {
    use,
    async state(user) {
      const factor = await enrolled(user);
      return { enrolled: factor !== null, recoveryCodes: factor?.recovery.length ?? 0 };
    },
    async begin(user) {
      if ((await enrolled(user)) !== null) {
        throw new ValidationError([
          validationError('id', 'has a second factor already', 'to remove it first, with a code of it'),
        ]);
      }
      const totp = new TOTP({ issuer: 'pop-sla', label: user, secret: new Secret({ size: 20 }) });
      const secret = totp.secret.base32;
      const person = nameKey(user);
      await factors.put({
        person,
        secret: await sealed(person, secret),
        confirmedAt: null,
        lastStep: 0,
        recovery: [],
      });
      return { secret, uri: totp.toString() };
    },
    async confirm(user, code) {
      const factor = await factors.find(nameKey(user));
      if (factor?.confirmedAt !== null) {
        throw new ValidationError([
          validationError(
            'id',
            'is not being enrolled',
            'to begin first, with POST /api/v1/session/second-factor',
          ),
        ]);
      }
      const step = stepOf(await opened(factor), code);
      if (step === null) throw wrongCode();
      const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
      const recovery = codes.map((one) => sha256(plainCode(one)));
      await factors.put({ ...factor, confirmedAt: now(), lastStep: step, recovery });
      return codes;
    },
    async isRight(user, code) {
      const factor = await enrolled(user);
      const step = factor && stepOf(await opened(factor), code);
      return step !== null && factor !== null && step > factor.lastStep;
    },
    async remove(user, code) {
      if (!(await use(user, code))) throw wrongCode();
      await factors.remove(nameKey(user));
    },
    async sealStored() {
      if (!key) return;
      for (const { person, secret } of await factors.list())
        if (!secret.startsWith(sealedMark))
          await factors.reseal(person, secret, await sealed(person, secret));
    },
  };
}

/** Undefined: it was encrypted with another key. */
function openedText(key: Buffer, text: string): string | undefined {
  try {
    return openText(key, text);
  } catch {
    return undefined;
  }
}

const wrongCode = (): ValidationError =>
  new ValidationError([
    validationError('code', 'is wrong or was used', 'the six digits that the authenticator app shows now'),
  ]);

/** 80 random bits, in four groups of four letters and digits. */
const newRecoveryCode = (): string =>
  (new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32.match(/.{4}/g) ?? []).join('-');

const plainCode = (code: string): string => code.replace(/[\s-]/g, '').toUpperCase();
