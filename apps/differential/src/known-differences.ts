import type { Difference } from './compare.ts';

/** A difference that stands: docs/DIFFERENCES.md has the reason. */
interface KnownDifference {
  readonly kind: string;
  readonly kernel?: RegExp;
  readonly ours?: RegExp;
}

const KNOWN: readonly KnownDifference[] = [
  { kind: 'tcpi_rwnd_limited' },
  { kind: 'tcpi_advmss' },
  { kind: 'tcpi_rcv_rtt' },
  { kind: 'tcpi_rcv_mss' },
  { kind: 'tcpi_rcv_ooopack' },
  { kind: 'tcpi_retrans' },
  { kind: 'tcpi_lost' },
  { kind: 'packet: R there, R here', kernel: /\(ttl 64/ },
  { kind: 'packet: .U there, P.U here' },
  { kind: 'packet: . there, P. here' },
];

/** Whether a difference is one of those that stand. */
export function isKnown({ kind, kernel, ours }: Difference): boolean {
  return KNOWN.some(
    (known) =>
      known.kind === kind && (known.kernel?.test(kernel) ?? true) && (known.ours?.test(ours) ?? true),
  );
}
