import type { SocketCloseReport } from './close-report.ts';
import { socketClosed } from '../errors.ts';

/** Who waits for the close report of one connection: `whenReported`, and listeners of 'closereport'. */
export class AwaitedReport {
  #promise: Promise<SocketCloseReport> | null = null;
  #resolve: (report: SocketCloseReport) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #isSettled = false;
  /** 'closereport' has been emitted. */
  isEmitted = false;

  /** Whether {@link promise} was asked for and has not been settled. */
  get isAwaited(): boolean {
    return this.#promise !== null && !this.#isSettled;
  }

  /** One for all who ask. Its rejection needs no handler: who asks for a report may have no use for its absence. */
  get promise(): Promise<SocketCloseReport> {
    if (this.#promise === null) {
      this.#promise = new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      this.#promise.catch(() => undefined);
    }
    return this.#promise;
  }

  /** `null`: there never was a connection. */
  settle(report: SocketCloseReport | null): void {
    if (!this.isAwaited) return;
    this.#isSettled = true;
    if (report === null) this.#reject(socketClosed());
    else this.#resolve(report);
  }
}
