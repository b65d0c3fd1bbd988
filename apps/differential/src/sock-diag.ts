import { writeIpAddress } from '@halfclose/codec';
import { AF_INET, AF_INET6 } from '@halfclose/sockets';
import type { Endpoints } from './endpoints.ts';
import type { SystemCalls } from './system-calls.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const IPPROTO_TCP = 6;
const HEADER = 16;
const REQUEST = 56;
const TCP_CLOSE = 7;
const TCP_LISTEN = 10;

/** Asks the kernel about connections by their four numbers (sock_diag(7)), also such that no descriptor has. */
export class SockDiag {
  readonly #calls: SystemCalls;
  readonly #socket: number;
  readonly #answer = new Uint8Array(4096);

  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#socket = calls.socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
    if (this.#socket < 0) throw new Error(`no socket for sock_diag: errno ${-this.#socket}`);
  }

  /** By Linux's number; a listener that would take the connection is no connection. */
  stateOf(endpoints: Endpoints): number {
    if (!this.#ask(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, endpoints)) return TCP_CLOSE;
    const state = this.#answer[HEADER + 1] ?? TCP_CLOSE;
    return state === TCP_LISTEN ? TCP_CLOSE : state;
  }

  /** Has the kernel forget the connection, as ss -K does. */
  destroy(endpoints: Endpoints): void {
    this.#ask(SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, endpoints);
  }

  /** Whether there is one. */
  #ask(type: number, flags: number, endpoints: Endpoints): boolean {
    const { family, local, localPort, peer, peerPort } = endpoints;
    const request = new Uint8Array(HEADER + REQUEST);
    const view = new DataView(request.buffer);
    view.setUint32(0, request.length, true);
    view.setUint16(4, type, true);
    view.setUint16(6, flags, true);
    request[HEADER] = family === 4 ? AF_INET : AF_INET6;
    request[HEADER + 1] = IPPROTO_TCP;
    view.setUint32(HEADER + 4, 0xffffffff, true);
    view.setUint16(HEADER + 8, localPort);
    view.setUint16(HEADER + 10, peerPort);
    writeIpAddress(local, request, HEADER + 12);
    writeIpAddress(peer, request, HEADER + 28);
    request.fill(0xff, HEADER + 48, HEADER + 56);
    this.#calls.send(this.#socket, request, 0);
    const length = this.#calls.recv(this.#socket, this.#answer, 0);
    return length > 0 && new DataView(this.#answer.buffer).getUint16(4, true) === SOCK_DIAG_BY_FAMILY;
  }
}
