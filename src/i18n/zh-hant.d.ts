/**
 * The words of `zh-cn.ts` in Traditional characters and Taiwan's terms. The build writes this module
 * (`.node/traditional.mjs`), for the tests it is made as they load it; nobody edits it.
 */
export { simplified as converted } from './zh-cn.js';
