/** Fields of struct tcp_info (include/uapi/linux/tcp.h) behind its first octets: where they begin, and how long they are. */
const FIELDS: readonly (readonly [name: string, offset: number, bytes: 1 | 2 | 4 | 8])[] = [
  ['tcpi_state', 0, 1],
  ['tcpi_ca_state', 1, 1],
  ['tcpi_retransmits', 2, 1],
  ['tcpi_probes', 3, 1],
  ['tcpi_backoff', 4, 1],
  ['tcpi_options', 5, 1],
  ['tcpi_rto', 8, 4],
  ['tcpi_ato', 12, 4],
  ['tcpi_snd_mss', 16, 4],
  ['tcpi_rcv_mss', 20, 4],
  ['tcpi_unacked', 24, 4],
  ['tcpi_sacked', 28, 4],
  ['tcpi_lost', 32, 4],
  ['tcpi_retrans', 36, 4],
  ['tcpi_last_data_sent', 44, 4],
  ['tcpi_last_data_recv', 52, 4],
  ['tcpi_last_ack_recv', 56, 4],
  ['tcpi_pmtu', 60, 4],
  ['tcpi_rcv_ssthresh', 64, 4],
  ['tcpi_rtt', 68, 4],
  ['tcpi_rttvar', 72, 4],
  ['tcpi_snd_ssthresh', 76, 4],
  ['tcpi_snd_cwnd', 80, 4],
  ['tcpi_advmss', 84, 4],
  ['tcpi_reordering', 88, 4],
  ['tcpi_rcv_rtt', 92, 4],
  ['tcpi_rcv_space', 96, 4],
  ['tcpi_total_retrans', 100, 4],
  ['tcpi_bytes_acked', 120, 8],
  ['tcpi_bytes_received', 128, 8],
  ['tcpi_segs_out', 136, 4],
  ['tcpi_segs_in', 140, 4],
  ['tcpi_notsent_bytes', 144, 4],
  ['tcpi_min_rtt', 148, 4],
  ['tcpi_data_segs_in', 152, 4],
  ['tcpi_data_segs_out', 156, 4],
  ['tcpi_busy_time', 168, 8],
  ['tcpi_rwnd_limited', 176, 8],
  ['tcpi_sndbuf_limited', 184, 8],
  ['tcpi_delivered', 192, 4],
  ['tcpi_delivered_ce', 196, 4],
  ['tcpi_bytes_sent', 200, 8],
  ['tcpi_bytes_retrans', 208, 8],
  ['tcpi_dsack_dups', 216, 4],
  ['tcpi_reord_seen', 220, 4],
  ['tcpi_rcv_ooopack', 224, 4],
  ['tcpi_snd_wnd', 228, 4],
  ['tcpi_rcv_wnd', 232, 4],
  ['tcpi_total_rto', 240, 2],
  ['tcpi_total_rto_recoveries', 242, 2],
  ['tcpi_total_rto_time', 244, 4],
];
const WINDOW_SCALES = 6;

/** The fields of a struct tcp_info that the kernel filled in; an older one has fewer. */
export function readTcpInfo(struct: Uint8Array): Readonly<Record<string, number>> {
  const view = new DataView(struct.buffer, struct.byteOffset, struct.byteLength);
  const scales = view.getUint8(WINDOW_SCALES);
  const info: Record<string, number> = { tcpi_snd_wscale: scales & 0xf, tcpi_rcv_wscale: scales >> 4 };
  for (const [name, offset, bytes] of FIELDS) {
    if (offset + bytes > struct.length) continue;
    info[name] =
      bytes === 1
        ? view.getUint8(offset)
        : bytes === 2
          ? view.getUint16(offset, true)
          : bytes === 4
            ? view.getUint32(offset, true)
            : Number(view.getBigUint64(offset, true));
  }
  return info;
}
