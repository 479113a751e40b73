const secretKey =
  /pass(word|phrase|wd)?$|secret(?!File$)|token$|credential|^auth(orization)?$|(private|api|access|signing|encryption)[-_ ]?key$/i;
const userInfo = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;
// A text that is a URL as a whole: its password may hold what should have been escaped.
const ownUserInfo = /^("?[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):.*@/is;

export const hidden = '***';

/** Whether a key of this name holds what only its owner may see. */
export function isSecretKey(key: string | number): boolean {
  return typeof key === 'string' && secretKey.test(key);
}

/** `http.auth` is a section of settings. */
const isSection = (key: string, value: unknown): boolean =>
  key === 'auth' && typeof value === 'object' && !Array.isArray(value);

/** Hides the password of a URL: `nats://user:***@host`. */
export function redactText(text: string): string {
  return text.replace(ownUserInfo, `$1:${hidden}@`).replace(userInfo, `$1:${hidden}@`);
}

/** A copy of plain data in which the values of secret keys, and passwords in URLs, are `***`. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretKey(key) && inner !== null && inner !== undefined && !isSection(key, inner)
        ? hidden
        : redact(inner),
    ]),
  );
}
