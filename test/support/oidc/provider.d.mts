import type { KeyObject } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

export interface TokenTools {
  /** A token with those claims; by the provider's key, or what makes its signature. */
  readonly jwt: (claims: object, key?: KeyObject | ((text: string) => string), header?: object) => string;
  readonly publicKey: KeyObject;
}

export function startProvider(options: {
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly claims: () => object;
  /** The ID token that goes out instead of the one that was made. */
  readonly change?: ((claims: Claims, tools: TokenTools) => string) | null;
  /** Whether it gives refresh tokens. */
  readonly refresh?: boolean;
  readonly logoutUri?: string;
  /** Who signs in; `ann-17` when left out. */
  readonly subject?: () => string;
  /** A free one when left out. */
  readonly port?: number;
  /** The name of its key. */
  readonly kid?: string;
}): Promise<{
  readonly issuer: string;
  readonly privateKey: KeyObject;
  readonly stop: () => Promise<void>;
  readonly jwt: TokenTools['jwt'];
  /** Answers every request with that status only; null: as usual again. */
  readonly fail: (status: number | null) => void;
}>;
