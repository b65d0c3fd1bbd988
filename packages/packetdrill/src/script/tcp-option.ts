/**
 * A TCP option as scripts write it. Sequence numbers and timestamps are unsigned.
 */
export type ScriptTcpOption =
  | { readonly kind: 'eol' }
  | { readonly kind: 'nop' }
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'wscale'; readonly shift: number }
  | { readonly kind: 'sackOK' }
  /** Left and right edges in turn. */
  | { readonly kind: 'sack'; readonly edges: readonly number[] }
  | { readonly kind: 'TS'; readonly value: number; readonly echo: number }
  | { readonly kind: 'md5'; readonly digest: Uint8Array }
  | { readonly kind: 'FO'; readonly cookie: Uint8Array }
  | { readonly kind: 'FOEXP'; readonly cookie: Uint8Array }
  | { readonly kind: 'ECN'; readonly counters: readonly AccEcnCounter[] }
  /** An option that the language has no word for; only packets of the stack have it. */
  | { readonly kind: 'unknown'; readonly number: number; readonly data: Uint8Array };

/** A counter of the AccECN option: octets received with ECT(0), CE or ECT(1) (RFC 9768, 3.2.3). */
export interface AccEcnCounter {
  readonly name: 'e0b' | 'ceb' | 'e1b';
  /** 24 bits. */
  readonly value: number;
}
