/** Lets one reader wait until there is something to read. */
export class Waker {
  #hasNews = true;
  #isClosed = false;
  #resolve: ((isOpen: boolean) => void) | undefined;

  /** Resolves with true as soon as `wake` has been called since the last `took`, with false once closed. One caller at a time. */
  ready(): Promise<boolean> {
    if (this.#isClosed || this.#hasNews) return Promise.resolve(!this.#isClosed);
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  wake(): void {
    this.#hasNews = true;
    this.#settle(true);
  }

  took(): void {
    this.#hasNews = false;
  }

  close(): void {
    this.#isClosed = true;
    this.#settle(false);
  }

  #settle(isOpen: boolean): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(isOpen);
  }
}
