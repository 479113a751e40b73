import { z } from 'zod';
import type { PortalOptions } from '../page.js';

/** How many rows a page has. */
export const rowsOfPage = '50';

/** Where the rows before ended. */
export const cursor = () => z.string().max(2000).optional();
/** A box that is ticked, or several of one name. */
export const ticked = () =>
  z
    .union([z.string().max(100), z.array(z.string().max(100)).max(20)])
    .default([])
    .transform((given) => [given].flat());
export const field = (length: number) => z.string().max(length).default('');
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export const customersOf = (portal: PortalOptions) =>
  portal.config().book.customers.map(({ id, name }) => ({ id, name }));
