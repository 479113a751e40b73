/** What is done with a person's data, and nothing of the data. */
export type ContactAction =
  | { readonly type: 'contact-added'; readonly id: string; readonly customer: string }
  | { readonly type: 'contact-corrected'; readonly id: string; readonly fields: readonly string[] }
  | { readonly type: 'contact-erased'; readonly id: string };
