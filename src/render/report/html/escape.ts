const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and inside a quoted attribute. Control characters, which no page may hold, become spaces. */
export const escapeHtml = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- they are what has to go
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ' ')
    .replace(/[&<>"']/g, (each) => entities[each] ?? each);
