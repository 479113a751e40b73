export function startProvider(options: {
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  /** Of whoever signs in. */
  readonly claims: () => Readonly<Record<string, unknown>>;
}): Promise<{ readonly issuer: string; readonly stop: () => Promise<void> }>;
