/**
 * How many packets from wires wait to be taken in. Their senders do not wait for the host, so beyond a limit, what comes is
 * dropped (Linux enqueue_to_backlog). What the host sends itself is not counted: on loopback a packet follows a packet, or
 * the call of a program, and what is in flight is bounded by the windows of its connections.
 */
export class InputBacklog {
  #waiting = 0;

  /** One more packet is to wait. Returns whether it may: `limit` of them do already. */
  enter(limit: number): boolean {
    if (this.#waiting >= limit) return false;
    this.#waiting++;
    return true;
  }

  /** One of them is taken in. */
  leave(): void {
    this.#waiting--;
  }
}
