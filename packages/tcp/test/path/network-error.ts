import type { ErrorCode, NetworkError, NetworkErrorKind } from '../../src/index.ts';

/** An ICMP error that a connection is told of. */
export function networkError(code: ErrorCode, severity: NetworkErrorKind): NetworkError {
  return { code, severity, endsHalfOpen: false, revertsBackoff: false };
}
