/** Tasks in the order in which they came, some of them at a time. */
export class Queue {
  /** Those that run or wait. */
  inside = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly onEmpty: (() => void)[] = [];

  constructor(readonly atOnce: number) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.inside += 1;
    if (this.running < this.atOnce) this.running += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      this.inside -= 1;
      // The place goes on to the next one that waits.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
      if (this.inside === 0) for (const tell of this.onEmpty.splice(0)) tell();
    }
  }

  empty(): Promise<void> {
    return this.inside === 0 ? Promise.resolve() : new Promise((resolve) => this.onEmpty.push(resolve));
  }
}
