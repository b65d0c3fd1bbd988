/** A promise, how to settle it, and whether that has been done. Nobody needs to handle its rejection. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  state: 'pending' | 'resolved' | 'rejected' = 'pending';
  #resolve: (value: T) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.promise.catch(() => undefined);
  }

  resolve(value: T): void {
    if (this.state === 'pending') this.state = 'resolved';
    this.#resolve(value);
  }

  reject(reason: unknown): void {
    if (this.state === 'pending') this.state = 'rejected';
    this.#reject(reason);
  }
}
