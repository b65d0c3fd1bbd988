import type { Segment } from '@halfclose/codec';
import { checkBoolean, checkInteger, checkObject } from '@halfclose/codec/arguments';
import type { Sender } from '../sending/sender.ts';
import { addFastOpenOption, type FastOpenOption } from './fast-open-option.ts';

/*
 * TCP Fast Open (RFC 7413): what one connection keeps of it. What it does in the handshake is in `opening/handshake.ts`, and what
 * a host keeps, cookies of servers and keys of its own, in `stack`.
 */

/** What a host gives a connection that is opened with Fast Open (RFC 7413, 4.2.1, client). */
export interface FastOpenRequest {
  /** To be offered by the first SYN: a cookie, or the wish for one; `null`: nothing is. */
  readonly option: FastOpenOption | null;
  /** Text may go with the SYN: there is a cookie, or none is needed. */
  readonly takesText: boolean;
  /** The MSS that the peer told last time; 0: it is not known (RFC 7413, 4.1.3.1). */
  readonly mss: number;
  /** The SYN waits for text that it can carry (TCP_FASTOPEN_CONNECT). */
  readonly defers: boolean;
}

/** What a host gives a connection that a SYN with Fast Open opens (RFC 7413, 4.2.2, server). */
export interface FastOpenGrant {
  /** The cookie was right, or none is needed: text of the SYN is taken in, and its program may have it at once. */
  readonly opens: boolean;
  /** To be told by the SYN+ACK; `null`: nothing is. */
  readonly option: FastOpenOption | null;
}

/** Why text did not get there with the SYN, by Linux's numbers (tcp_fastopen_client_fail). */
export type FastOpenFailure = 'none' | 'no cookie' | 'not acknowledged' | 'sent again';

/** What the SYN+ACK told, for the host to remember. */
export interface FastOpenAnswer {
  /** The peer's MSS. */
  readonly mss: number;
  /** Its option; `null`: it had none. */
  readonly option: FastOpenOption | null;
  /** A cookie was asked for on the first SYN, and none came; in the form of an experiment, or in the form of today. */
  readonly refused: 'no' | 'standard' | 'experimental';
}

/** Space that is left on a SYN for options, ours and those that others may add (Linux tcp_send_syn_data). */
const OPTION_SPACE = 40;

/** Bytes of text that a SYN may carry where a segment carries `mss`. */
export function textOnSyn(mss: number): number {
  return Math.max(mss - OPTION_SPACE, 0);
}

/** Fast Open of a connection that we open. */
export class ActiveFastOpen {
  readonly side = 'active';
  /** See {@link FastOpenRequest}; it goes with the first SYN alone. */
  #option: FastOpenOption | null;
  /** See {@link FastOpenRequest}. */
  readonly takesText: boolean;
  /** The SYN still waits for text. */
  isDeferred: boolean;
  /** An option was sent, and its form. */
  asked: 'nothing' | 'standard' | 'experimental' = 'nothing';
  /** Bytes of text that the SYN had. */
  textSent = 0;
  /** All of them were acknowledged by the SYN+ACK. */
  isTextAcknowledged = false;
  /** Why text did not get there with the SYN; `'none'`: it did, or may still. */
  failure: FastOpenFailure;
  /** Until the host has taken it. */
  answer: FastOpenAnswer | null = null;
  /** Something on the path seems to swallow what follows such a SYN, until the host has taken it (Linux tcp_fastopen_active_disable). */
  suspectsPath = false;

  constructor({ option, takesText, defers }: FastOpenRequest) {
    this.#option = option;
    this.takesText = takesText;
    this.isDeferred = defers;
    this.failure = takesText ? 'none' : 'no cookie';
  }

  /** The SYN goes out for the first time: adds the option, and the text that waits for it. `mss`: of a segment. */
  addToSyn(syn: Segment, sender: Sender, mss: number, now: number): void {
    if (this.#option !== null) {
      addFastOpenOption(syn, this.#option);
      this.asked = this.#option.experimental ? 'experimental' : 'standard';
      this.#option = null;
    }
    if (!this.takesText) return;
    syn.payload = sender.sendWithSyn(textOnSyn(mss), now);
    this.textSent = syn.payload.length;
  }

  /**
   * Something came that can only be understood if what should have come before it was swallowed: a RST beyond what was received,
   * or the end with nothing but a FIN behind a hole (Linux tcp_validate_incoming, tcp_fastopen_active_disable_ofo_check).
   * `textSegments`: how many had come until then.
   */
  onStrayEnd(textSegments: number): void {
    if (this.asked !== 'nothing' && textSegments === 0) this.suspectsPath = true;
  }
}

/** Fast Open of a connection that the peer opens. */
export class PassiveFastOpen {
  readonly side = 'passive';
  /** See {@link FastOpenGrant}. */
  readonly opens: boolean;
  /** Goes with the first SYN+ACK alone. */
  #option: FastOpenOption | null;
  /** Bytes of text that came with the SYN. */
  textReceived = 0;
  /** Its program has it. Errors are told to it alone from then on. */
  isAccepted = false;

  constructor({ opens, option }: FastOpenGrant) {
    this.opens = opens;
    this.#option = option;
  }

  /** The SYN+ACK goes out for the first time: adds the option. */
  addToSyn(synAck: Segment): void {
    if (this.#option !== null) addFastOpenOption(synAck, this.#option);
    this.#option = null;
  }

  /** Nothing that a listener's connection meets says anything of its path. */
  onStrayEnd(): void {
    // See `ActiveFastOpen`.
  }
}

/** See RFC 7413; `null` of a connection: it has nothing to do with Fast Open. */
export type FastOpen = ActiveFastOpen | PassiveFastOpen;

/** The acknowledgment of the SYN came while text was in flight, too: the SYN is no segment that is counted. */
export function uncountSyn({ totals }: Sender): void {
  if (totals !== null && totals.delivered > 0) totals.delivered--;
}

/** Throws a TypeError or RangeError for what no connection can be opened with. */
export function checkFastOpenRequest(request: FastOpenRequest): void {
  checkObject('fastOpen', request, 'a FastOpenRequest or null');
  if (request.option !== null) checkObject('fastOpen.option', request.option, 'a FastOpenOption or null');
  checkBoolean('fastOpen.takesText', request.takesText);
  checkBoolean('fastOpen.defers', request.defers);
  checkInteger('fastOpen.mss', request.mss, 0, 0xffff);
}

/** Throws a TypeError for what no listener can grant. */
export function checkFastOpenGrant(grant: FastOpenGrant): void {
  checkObject('fastOpen', grant, 'a FastOpenGrant or null');
  checkBoolean('fastOpen.opens', grant.opens);
  if (grant.option !== null) checkObject('fastOpen.option', grant.option, 'a FastOpenOption or null');
}
