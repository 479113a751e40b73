/** A target answered, and did not take the message. */
export class WebhookAnswerError extends Error {
  override readonly name = 'WebhookAnswer';
  constructor(
    readonly status: number,
    /** How long the target asks to wait; null: it does not say. */
    readonly retryAfterMs: number | null,
    what: string,
  ) {
    super(what);
  }
}
