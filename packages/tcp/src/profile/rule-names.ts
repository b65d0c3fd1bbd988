/** The congestion controls, by Linux's names. */
export type CongestionControlName = 'cubic' | 'reno';

/** What ends slow start of CUBIC before a loss does: HyStart as Linux has it, or RFC 9406's HyStart++. */
export type CubicSlowStart = 'hystart' | 'hystart++';

/**
 * When a close() with SO_LINGER {1, t} returns before its time is over: `fin`: everything is acknowledged, the FIN
 * included; `text`: all text is; `end`: the connection has ended, the peer's direction included.
 */
export type LingerUntil = 'fin' | 'text' | 'end';
