/** A `NetworkError`, with what went wrong underneath as its `cause`. */
export function networkError(what: string, cause: unknown): DOMException {
  const text = cause instanceof Error ? cause.message : String(cause);
  const error = new DOMException(`${what}: ${text}`, 'NetworkError');
  Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  return error;
}

/** An `InvalidStateError`. */
export function invalidState(message: string): DOMException {
  return new DOMException(message, 'InvalidStateError');
}
