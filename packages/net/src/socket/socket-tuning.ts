import type { NumberOption } from '@halfclose/sockets';
import { errnoException } from '../errors.ts';
import {
  kHandle,
  kKeepAlive,
  kKeepAliveDelay,
  kKeepAliveProbes,
  kNetwork,
  kWanted,
} from './socket-fields.ts';
import { kApplyKeepAlive, kOption, kWant } from './socket-members.ts';
import { SocketSettings } from './socket-settings.ts';
import {
  bufferSizeOf,
  congestionOf,
  keepAliveOptions,
  type KeepAliveTimes,
  typeOfServiceOf,
} from './tuning-options.ts';
import { requireBoolean, requireInt32 } from '../arguments/validate.ts';
import { optionsWith, requireSet, WantedOptions } from './wanted-options.ts';

/**
 * Options of TCP and IP that Node has not, or only its newest version: see SocketBase. What is set before there is a
 * connection, each connection starts with.
 */
export abstract class SocketTuning extends SocketSettings {
  declare [kWanted]: WantedOptions | null;

  /** TCP_USER_TIMEOUT: milliseconds that data may be unacknowledged, or a window closed; 0: as long as TCP tries. */
  setUserTimeout(milliseconds: number): this {
    requireInt32(milliseconds, 'milliseconds', 0);
    this[kWant]('TCP_USER_TIMEOUT', milliseconds);
    return this;
  }

  /** TCP_USER_TIMEOUT in milliseconds; 0: none. */
  getUserTimeout(): number {
    return this[kOption]('TCP_USER_TIMEOUT');
  }

  /** Keep-alives with times in milliseconds; what is left out is as it was. They are on from then. */
  setKeepAliveTimes(times: KeepAliveTimes): this {
    const options = keepAliveOptions(times, 'times');
    for (const [option, value] of options) this[kWant](option, value);
    this[kKeepAlive] = true;
    this[kKeepAliveDelay] = 0;
    this[kKeepAliveProbes] = null;
    const handle = this[kHandle];
    if (handle !== null) this[kApplyKeepAlive](handle);
    return this;
  }

  /** Keep-alives as they are, or a connection that comes would start with. */
  getKeepAliveTimes(): Required<KeepAliveTimes> {
    return {
      idle: this[kOption]('TCP_KEEPIDLE_MS'),
      interval: this[kOption]('TCP_KEEPINTVL_MS'),
      probes: this[kOption]('TCP_KEEPCNT'),
    };
  }

  /** IP_TOS and IPV6_TCLASS, 0 to 255. The two lowest bits are TCP's own (ECN). */
  setTypeOfService(tos: number): this {
    const value = typeOfServiceOf(tos, 'tos');
    this[kWant]('IPV6_TCLASS', value);
    this[kWant]('IP_TOS', value);
    const result = this[kHandle]?.setTypeOfService?.(value) ?? 0;
    if (result < 0) throw errnoException(result, 'setTypeOfService');
    return this;
  }

  /** What packets go out with; without a connection, what was set. */
  getTypeOfService(): number {
    const tcp = this[kHandle]?.tcp;
    return tcp ? tcp.options.get('IP_TOS') : (this[kWanted]?.get('IP_TOS') ?? 0);
  }

  /** SO_SNDBUF: bytes that the send buffer takes, bookkeeping included; Linux takes twice as much. */
  setSendBufferSize(size: number): this {
    this[kWant]('SO_SNDBUF', bufferSizeOf(size));
    return this;
  }

  getSendBufferSize(): number {
    return this[kOption]('SO_SNDBUF');
  }

  /** SO_RCVBUF, likewise. */
  setRecvBufferSize(size: number): this {
    this[kWant]('SO_RCVBUF', bufferSizeOf(size));
    return this;
  }

  getRecvBufferSize(): number {
    return this[kOption]('SO_RCVBUF');
  }

  /** TCP_CONGESTION; a name that is not known is ENOENT. */
  setCongestionControl(name: 'cubic' | 'reno'): this {
    const known = congestionOf(name, 'name');
    (this[kWanted] ??= new WantedOptions()).setCongestionControl(known);
    this[kHandle]?.tcp?.options.setCongestionControl(known);
    return this;
  }

  getCongestionControl(): 'cubic' | 'reno' {
    const options = this[kHandle]?.tcp?.options ?? optionsWith(this[kWanted], this[kNetwork].host);
    return options.congestionControl;
  }

  /** TCP_QUICKACK: whether acknowledgments go at once. It does not last: TCP goes on to learn. */
  setQuickAck(enable = true): this {
    requireBoolean(enable, 'enable');
    this[kWant]('TCP_QUICKACK', enable ? 1 : 0);
    return this;
  }

  /** Sets an option of the connection, and of those that follow. */
  [kWant](option: NumberOption, value: number): void {
    const result = this[kHandle]?.tcp?.setsockopt(option, value);
    if (result !== undefined) requireSet(result);
    (this[kWanted] ??= new WantedOptions()).set(option, value);
  }

  /** An option of the connection, or what one that comes would start with. */
  [kOption](option: NumberOption): number {
    const options = this[kHandle]?.tcp?.options ?? optionsWith(this[kWanted], this[kNetwork].host);
    return options.get(option);
  }
}
