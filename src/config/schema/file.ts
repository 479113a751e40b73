import { textual, wrong } from '../scalars/scalar.js';

export const file = () =>
  textual('the path of a file', (text) =>
    text === '' || text.endsWith('/') || text.includes('\0') ? wrong('is not the path of a file') : text,
  );
