import type { CodeValue } from '../script/code-block.ts';

/** Names that code blocks know without being told, with Linux's values (linux/tcp.h, net/tcp_states.h). */
export const CODE_CONSTANTS: ReadonlyMap<string, CodeValue> = new Map<string, CodeValue>([
  ['TCP_INFINITE_SSTHRESH', 0x7fffffffn],

  ['TCP_ESTABLISHED', 1n],
  ['TCP_SYN_SENT', 2n],
  ['TCP_SYN_RECV', 3n],
  ['TCP_FIN_WAIT1', 4n],
  ['TCP_FIN_WAIT2', 5n],
  ['TCP_TIME_WAIT', 6n],
  ['TCP_CLOSE', 7n],
  ['TCP_CLOSE_WAIT', 8n],
  ['TCP_LAST_ACK', 9n],
  ['TCP_LISTEN', 10n],
  ['TCP_CLOSING', 11n],

  ['TCP_CA_Open', 0n],
  ['TCP_CA_Disorder', 1n],
  ['TCP_CA_CWR', 2n],
  ['TCP_CA_Recovery', 3n],
  ['TCP_CA_Loss', 4n],

  ['TCPI_OPT_TIMESTAMPS', 1n],
  ['TCPI_OPT_SACK', 2n],
  ['TCPI_OPT_WSCALE', 4n],
  ['TCPI_OPT_ECN', 8n],
  ['TCPI_OPT_ECN_SEEN', 16n],
  ['TCPI_OPT_SYN_DATA', 32n],
  ['TCPI_OPT_USEC_TS', 64n],
  ['TCPI_OPT_TFO_CHILD', 128n],
]);

/** Whether a name stands for something that is read from the socket when the block's time has come. */
export function isCapturedName(name: string): boolean {
  return /^(?:tcpi_|tcp_|TCP_NLA_|SK_MEMINFO_|vegas_|dctcp_|bbr_)/.test(name);
}
