/** The provider, or what came back from it, does not say who somebody is. */
export class OidcRefused extends Error {
  override readonly name = 'OidcRefused';
}

/** The provider does not answer, or not as one does. */
export class OidcUnreachable extends Error {
  override readonly name = 'OidcUnreachable';
}
