/** Address family IPv4, by Linux's number as all here. */
export const AF_INET = 2;
/** Address family IPv6. */
export const AF_INET6 = 10;
/** No address family: connect(2) with it disconnects. */
export const AF_UNSPEC = 0;

/** shutdown(2): nothing more will be read. */
export const SHUT_RD = 0;
/** shutdown(2): nothing more will be written. */
export const SHUT_WR = 1;
/** shutdown(2): both. */
export const SHUT_RDWR = 2;

/** send(2): the text up to and including this is urgent. recv(2): the urgent octet. */
export const MSG_OOB = 0x1;
/** recv(2): leave what is read in the queue. */
export const MSG_PEEK = 0x2;
/** send(2): another call follows. What does not fill a segment waits for it, or for an acknowledgment, or 200 ms. */
export const MSG_MORE = 0x8000;

/** sendto(2): opens the connection, and sends with the SYN as much as fits if the server is known (TCP Fast Open). */
export const MSG_FASTOPEN = 0x20000000;

/** Readiness, as poll(2) reports it. */
export const Poll = {
  IN: 0x001,
  /** The urgent octet can be had. */
  PRI: 0x002,
  OUT: 0x004,
  ERR: 0x008,
  HUP: 0x010,
  NVAL: 0x020,
  RDHUP: 0x2000,
} as const;
