/** What {@link Connection.takeEvents} reports, as bits. */
export const ConnectionEvent = {
  /** The handshake is complete. */
  Connected: 0x01,
  /** Text or the end of the peer's stream can be read. */
  Readable: 0x02,
  /** Room in the send buffer after it had been full. */
  Writable: 0x04,
  /** The peer's FIN was taken in. */
  PeerClosed: 0x08,
  /** Our FIN was acknowledged. */
  FinAcked: 0x10,
  /** The connection failed: `error` says how. */
  Failed: 0x20,
  /** A soft error was recorded (ICMP). */
  SoftError: 0x40,
  /** TIME-WAIT was entered. */
  TimeWait: 0x80,
  /** CLOSED was entered. */
  Closed: 0x100,
  /** The peer's urgent pointer moved on, or the octet that it indicates came (RFC 9293, 3.8.5, MUST-32). */
  Urgent: 0x200,
  /** Text, a FIN or a SYN has been sent again R1 times without an answer, or more often (RFC 9293, 3.8.3, SHLD-9). */
  DeliveryProblem: 0x400,
  /** The peer has acknowledged more, and whoever holds the connection wants to know: `ConnectionSettings.ackReports`. */
  Acknowledged: 0x800,
  /** A SYN with a right Fast Open cookie came: the connection can be accepted before its handshake ends. */
  Acceptable: 0x1000,
} as const;
