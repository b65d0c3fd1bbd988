import {
  type CongestionControlName,
  type Connection,
  type ConnectionSettings,
  defaultSettings,
  type FastOpenSettings,
  formatIpOptions,
  type InheritedSettings,
  parseIpOptions,
  type Profile,
} from '@halfclose/stack';
import { assertHas, assertOption, assertProfile, assertTime, isInt } from './check-arguments.ts';
import { Errno } from './errno.ts';
import type { OptionValues } from './option-values.ts';

/** SO_LINGER's value: struct linger. */
export interface Linger {
  /** 0: off; any other number: on. */
  readonly onoff: number;
  /** Seconds. */
  readonly linger: number;
}

/** Options of setsockopt(2) and getsockopt(2) that take a number. */
export type NumberOption =
  | 'SO_REUSEADDR'
  | 'SO_REUSEPORT'
  | 'SO_KEEPALIVE'
  | 'SO_RCVBUF'
  | 'SO_SNDBUF'
  | 'SO_OOBINLINE'
  // Of no other system: 1 tells of soft errors and delivery problems as events, which is the default (RFC 9293, SHLD-20).
  | 'TCP_ERROR_REPORTS'
  // Likewise: 1 tells of acknowledgments as events.
  | 'TCP_ACK_REPORTS'
  | 'IP_TOS'
  | 'IP_TTL'
  | 'IPV6_V6ONLY'
  | 'IPV6_TCLASS'
  | 'IPV6_UNICAST_HOPS'
  | 'TCP_NODELAY'
  | 'TCP_CORK'
  | 'TCP_MAXSEG'
  | 'TCP_KEEPIDLE'
  | 'TCP_KEEPINTVL'
  | 'TCP_KEEPIDLE_MS'
  | 'TCP_KEEPINTVL_MS'
  | 'TCP_KEEPCNT'
  | 'TCP_USER_TIMEOUT'
  | 'TCP_SYNCNT'
  | 'TCP_QUICKACK'
  | 'TCP_LINGER2'
  | 'TCP_NOTSENT_LOWAT'
  | 'TCP_INQ'
  | 'TCP_FASTOPEN'
  | 'TCP_FASTOPEN_CONNECT'
  | 'TCP_FASTOPEN_NO_COOKIE';

/** Linux's smallest SO_RCVBUF and SO_SNDBUF, as getsockopt() shows them. */
const MIN_RECEIVE_BUFFER = 2304;
const MIN_SEND_BUFFER = 4608;
/** The most of which twice as much is an int: where Linux without a lower limit ends (net.core.rmem_max, wmem_max). */
const MAX_BUFFER = 2 ** 30 - 1;
const MAX_KEEPALIVE_SECONDS = 32_767;
const MAX_KEEPALIVE_PROBES = 127;
const MAX_SYN_RETRIES = 127;
const MAX_MSS = 32_767;
const MIN_MSS = 88;
const MAX_OCTET = 255;
/** The bit of the profile's `fastOpen` that lets clients use it. */
const FAST_OPEN_CLIENT = 1;
const KEY_OCTETS = 16;
/** The bounds of C's int. */
const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;

type Inherited = { -readonly [K in keyof InheritedSettings]: InheritedSettings[K] };

/** What a connection starts from when its owner has set nothing; shared by all sockets, so never written to. */
export const NOTHING_SET: Inherited = { connection: null, noDelay: false, receiveBuffer: 0 };

/** The options of one socket. They may be set before there is a connection and pass to accepted ones. */
export class SocketOptions {
  /** These are the options of several sockets, and cannot be set. */
  readonly isShared: boolean;
  #linger: number | null = null;
  /** SO_REUSEADDR. */
  reuseAddress = false;
  /** SO_REUSEPORT. */
  reusePort = false;
  /** IPV6_V6ONLY: no connections of IPv4 come to a socket of IPv6. */
  ipv6Only = false;
  /** TCP_INQ: who receives messages is told how much is left, see `TcpSocket.leftToRead`. */
  tellsReadable = false;
  /** TCP_FASTOPEN_CONNECT. */
  fastOpenConnect = false;
  /** TCP_FASTOPEN, TCP_FASTOPEN_NO_COOKIE and TCP_FASTOPEN_KEY; a listener looks at them each time. */
  readonly fastOpen: FastOpenSettings = { limit: 0, withoutCookie: false, keys: null };
  #cork = false;
  /** TCP_QUICKACK before there is a connection, which keeps it from then on. */
  #quickAck = true;
  readonly #profile: Profile;
  #inherited = NOTHING_SET;
  #connection: Connection | null = null;
  #forAccepted: SocketOptions | null = null;

  /** `isShared`: for several sockets, so not to be set. */
  constructor(profile: Profile, isShared = false) {
    assertProfile(profile);
    this.#profile = profile;
    this.isShared = isShared;
  }

  /** What a connection made with these options starts from: as they are then, not as they are now. */
  get inherited(): InheritedSettings {
    return this.#inherited;
  }

  /** The same, to be looked at again for each connection: it follows later changes. */
  get inheritedByChildren(): InheritedSettings {
    return this.#own;
  }

  /** SO_LINGER in seconds; `null`: off. */
  get linger(): number | null {
    return this.#linger;
  }

  /** What accepted sockets start with: one object for all of them until an option of this one changes. */
  get forAccepted(): SocketOptions {
    if (this.#forAccepted === null) {
      this.#forAccepted = new SocketOptions(this.#profile, true);
      this.#forAccepted.inheritFrom(this);
    }
    return this.#forAccepted;
  }

  /** The options act on `connection` from now on. */
  attach(connection: Connection): void {
    assertHas(connection, 'changeSettings', 'connection', 'a Connection');
    this.#connection = connection;
    if (this.#cork) connection.sender.nagle.cork = true;
    if (!this.#quickAck) connection.receiver.acks.setConversation(true);
  }

  /** An accepted socket starts with its listener's options. */
  inheritFrom(listener: SocketOptions): void {
    assertHas(listener, 'setLinger', 'listener', 'the SocketOptions of one');
    this.#linger = listener.linger;
    this.reuseAddress = listener.reuseAddress;
    this.reusePort = listener.reusePort;
    const { connection, noDelay, receiveBuffer } = listener.#inherited;
    if (connection !== null || noDelay || receiveBuffer > 0) this.#inherited = { ...listener.#inherited };
  }

  /**
   * Sets SO_LINGER. Linux takes any int for the seconds, and a negative one as unsigned (sock_setsockopt): more than 68
   * years, not the 0 that would make close() a reset. Fractions are taken, too; what is no int is `-EINVAL`.
   */
  setLinger(value: Linger): number {
    if (!isLinger(value)) return -Errno.EINVAL;
    const { onoff, linger } = value;
    if (!Number.isFinite(onoff) || !(linger >= MIN_INT && linger <= MAX_INT)) return -Errno.EINVAL;
    this.#forAccepted = null;
    const seconds = linger < 0 ? Math.floor(linger) >>> 0 : linger;
    this.#linger = onoff === 0 ? null : seconds;
    return 0;
  }

  /** Sets IP_OPTIONS: a source route of the stations before the peer, or no octets for none. */
  setIpOptions(options: Uint8Array): number {
    if (!(options instanceof Uint8Array)) return -Errno.EINVAL;
    const sourceRoute = parseIpOptions(options);
    if (sourceRoute === 'invalid') return -Errno.EINVAL;
    this.#change({ sourceRoute });
    this.#connection?.updateMss();
    return 0;
  }

  /** Sets TCP_CONGESTION: `-ENOENT` for a name that is not known. */
  setCongestionControl(name: unknown): number {
    if (typeof name !== 'string') return -Errno.EINVAL;
    if (name !== 'cubic' && name !== 'reno') return -Errno.ENOENT;
    this.#forAccepted = null;
    this.#change({ congestionControl: name });
    return 0;
  }

  /** TCP_CONGESTION. */
  get congestionControl(): CongestionControlName {
    return this.#settings.congestionControl ?? this.#profile.congestionControl;
  }

  /** IP_OPTIONS; of an accepted connection, the way back to the peer. */
  get ipOptions(): Uint8Array {
    return formatIpOptions(this.#connection?.settings.sourceRoute ?? this.#settings.sourceRoute);
  }

  /** What getsockopt() with SO_LINGER shows. */
  get lingerValue(): Linger {
    const seconds = this.#linger ?? 0;
    return { onoff: this.#linger === null ? 0 : 1, linger: seconds > MAX_INT ? seconds | 0 : seconds };
  }

  /** Sets any option. 0, or an errno negated: `-EINVAL` for a value of another kind, too. */
  change(option: keyof OptionValues, value: number | string | Linger | Uint8Array, now: number): number {
    assertOption(option);
    if (option === 'IP_OPTIONS')
      return value instanceof Uint8Array ? this.setIpOptions(value) : -Errno.EINVAL;
    if (option === 'TCP_FASTOPEN_KEY')
      return value instanceof Uint8Array ? this.#setFastOpenKeys(value) : -Errno.EINVAL;
    if (option === 'TCP_CONGESTION') return this.setCongestionControl(value);
    if (option === 'SO_LINGER') return isLinger(value) ? this.setLinger(value) : -Errno.EINVAL;
    return typeof value === 'number' ? this.set(option, value, now) : -Errno.EINVAL;
  }

  /** Sets a number option; times in the units of Linux (seconds; TCP_USER_TIMEOUT: milliseconds). 0 or an errno negated. */
  set(option: NumberOption, value: number, now: number): number {
    assertOption(option);
    assertTime(now);
    if (!isInt(value)) return -Errno.EINVAL;
    this.#forAccepted = null;
    switch (option) {
      case 'SO_REUSEADDR':
        this.reuseAddress = value !== 0;
        return 0;
      case 'SO_REUSEPORT':
        this.reusePort = value !== 0;
        return 0;
      case 'IPV6_V6ONLY':
        this.ipv6Only = value !== 0;
        return 0;
      case 'IP_TOS':
        // TCP keeps the two bits of ECN to itself (RFC 3168, section 5), and Linux takes any integer.
        this.#change({ dscp: (value & MAX_OCTET) >> 2 });
        return 0;
      case 'IPV6_TCLASS':
        if (value < -1 || value > MAX_OCTET) return -Errno.EINVAL;
        this.#change({ dscpIPv6: value < 0 ? 0 : value >> 2 });
        return 0;
      case 'IP_TTL':
        if (value === 0 || value < -1 || value > MAX_OCTET) return -Errno.EINVAL;
        this.#change({ timeToLive: value < 0 ? this.#profile.hopLimit : value });
        return 0;
      case 'IPV6_UNICAST_HOPS':
        if (value < -1 || value > MAX_OCTET) return -Errno.EINVAL;
        this.#change({ hopLimit: value < 0 ? this.#profile.hopLimit : value });
        return 0;
      case 'SO_KEEPALIVE':
        this.#change({ keepAlive: value !== 0 });
        this.#connection?.updateKeepAlive(now);
        return 0;
      case 'SO_RCVBUF':
        this.#own.receiveBuffer = bufferOf(value, MIN_RECEIVE_BUFFER);
        this.#connection?.receiver.window.fix(this.#inherited.receiveBuffer);
        return 0;
      case 'SO_SNDBUF':
        this.#change({ sendBuffer: bufferOf(value, MIN_SEND_BUFFER) });
        return 0;
      case 'SO_OOBINLINE':
        this.#change({ urgentInline: value !== 0 });
        return 0;
      case 'TCP_ERROR_REPORTS':
        this.#change({ errorReports: value !== 0 });
        return 0;
      case 'TCP_ACK_REPORTS':
        this.#change({ ackReports: value !== 0 });
        return 0;
      case 'TCP_NODELAY':
        this.#own.noDelay = value !== 0;
        if (this.#connection !== null) this.#connection.sender.nagle.noDelay = this.#inherited.noDelay;
        return 0;
      case 'TCP_CORK':
        this.#cork = value !== 0;
        if (this.#connection !== null) this.#connection.sender.nagle.cork = this.#cork;
        return 0;
      case 'TCP_MAXSEG':
        if (value !== 0 && (value < MIN_MSS || value > MAX_MSS)) return -Errno.EINVAL;
        this.#change({ maxSegment: value });
        this.#connection?.updateMss();
        return 0;
      case 'TCP_KEEPIDLE':
        if (value < 1 || value > MAX_KEEPALIVE_SECONDS) return -Errno.EINVAL;
        this.#change({ keepAliveIdle: value * 1000 });
        this.#connection?.updateKeepAlive(now);
        return 0;
      case 'TCP_KEEPINTVL':
        if (value < 1 || value > MAX_KEEPALIVE_SECONDS) return -Errno.EINVAL;
        this.#change({ keepAliveInterval: value * 1000 });
        return 0;
      // The same in milliseconds, which no system has.
      case 'TCP_KEEPIDLE_MS':
        if (value < 1 || value > MAX_KEEPALIVE_SECONDS * 1000) return -Errno.EINVAL;
        this.#change({ keepAliveIdle: value });
        this.#connection?.updateKeepAlive(now);
        return 0;
      case 'TCP_KEEPINTVL_MS':
        if (value < 1 || value > MAX_KEEPALIVE_SECONDS * 1000) return -Errno.EINVAL;
        this.#change({ keepAliveInterval: value });
        return 0;
      case 'TCP_KEEPCNT':
        if (value < 1 || value > MAX_KEEPALIVE_PROBES) return -Errno.EINVAL;
        this.#change({ keepAliveProbes: value });
        return 0;
      case 'TCP_USER_TIMEOUT':
        if (value < 0) return -Errno.EINVAL;
        this.#change({ userTimeout: value });
        return 0;
      case 'TCP_SYNCNT':
        if (value < 1 || value > MAX_SYN_RETRIES) return -Errno.EINVAL;
        this.#change({ synRetries: value });
        return 0;
      case 'TCP_QUICKACK':
        this.#quickAck = value !== 0;
        this.#connection?.setQuickAck(value, now);
        return 0;
      case 'TCP_LINGER2':
        this.#change({ linger2: value < 0 ? -1 : Math.min(value * 1000, this.#profile.linger2Max) });
        return 0;
      case 'TCP_NOTSENT_LOWAT':
        // Linux keeps it unsigned.
        this.#change({ notSentLowat: value >>> 0 });
        return 0;
      case 'TCP_INQ':
        if (value < 0 || value > 1) return -Errno.EINVAL;
        this.tellsReadable = value === 1;
        return 0;
      case 'TCP_FASTOPEN':
        if (value < 0 || this.#connection !== null) return -Errno.EINVAL;
        this.fastOpen.limit = Math.min(value, this.#profile.maxBacklog);
        return 0;
      case 'TCP_FASTOPEN_CONNECT':
        if (value < 0 || value > 1) return -Errno.EINVAL;
        if ((this.#profile.fastOpen & FAST_OPEN_CLIENT) === 0) return -Errno.EOPNOTSUPP;
        if (this.#connection !== null) return -Errno.EINVAL;
        this.fastOpenConnect = value === 1;
        return 0;
      case 'TCP_FASTOPEN_NO_COOKIE':
        if (value < 0 || value > 1 || this.#connection !== null) return -Errno.EINVAL;
        this.fastOpen.withoutCookie = value === 1;
        return 0;
      default:
        return -Errno.ENOPROTOOPT;
    }
  }

  #setFastOpenKeys(octets: Uint8Array): number {
    if (octets.length !== KEY_OCTETS && octets.length !== 2 * KEY_OCTETS) return -Errno.EINVAL;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    const words = Uint32Array.from({ length: octets.length / 4 }, (_, index) =>
      view.getUint32(4 * index, true),
    );
    this.fastOpen.keys = [words.subarray(0, 4), words.subarray(4)].filter(({ length }) => length > 0);
    return 0;
  }

  /** Reads a number option, as getsockopt(2) shows it. */
  get(option: NumberOption): number {
    assertOption(option);
    const profile = this.#profile;
    const settings = this.#settings;
    switch (option) {
      case 'SO_REUSEADDR':
        return this.reuseAddress ? 1 : 0;
      case 'SO_REUSEPORT':
        return this.reusePort ? 1 : 0;
      case 'IPV6_V6ONLY':
        return this.ipv6Only ? 1 : 0;
      case 'IP_TOS':
        return settings.dscp << 2;
      case 'IPV6_TCLASS':
        return settings.dscpIPv6 << 2;
      case 'IP_TTL':
        return settings.timeToLive;
      case 'IPV6_UNICAST_HOPS':
        return settings.hopLimit;
      case 'SO_KEEPALIVE':
        return settings.keepAlive ? 1 : 0;
      case 'SO_RCVBUF':
        return (
          this.#connection?.receiver.window.buffer ??
          (this.#inherited.receiveBuffer || profile.receiveBufferInitial)
        );
      case 'SO_SNDBUF':
        return settings.sendBuffer || profile.sendBufferInitial;
      case 'SO_OOBINLINE':
        return settings.urgentInline ? 1 : 0;
      case 'TCP_ERROR_REPORTS':
        return settings.errorReports ? 1 : 0;
      case 'TCP_ACK_REPORTS':
        return settings.ackReports ? 1 : 0;
      case 'TCP_NODELAY':
        return this.#inherited.noDelay ? 1 : 0;
      case 'TCP_CORK':
        return this.#cork ? 1 : 0;
      case 'TCP_MAXSEG':
        return this.#connection?.sender.mss ?? (settings.maxSegment || 536);
      case 'TCP_KEEPIDLE':
        return Math.floor(settings.keepAliveIdle / 1000);
      case 'TCP_KEEPINTVL':
        return Math.floor(settings.keepAliveInterval / 1000);
      case 'TCP_KEEPIDLE_MS':
        return settings.keepAliveIdle;
      case 'TCP_KEEPINTVL_MS':
        return settings.keepAliveInterval;
      case 'TCP_KEEPCNT':
        return settings.keepAliveProbes;
      case 'TCP_USER_TIMEOUT':
        return settings.userTimeout;
      case 'TCP_SYNCNT':
        return settings.synRetries || profile.synRetries;
      case 'TCP_QUICKACK':
        return (this.#connection?.receiver.acks.isConversation ?? !this.#quickAck) ? 0 : 1;
      case 'TCP_LINGER2': {
        const set = settings.linger2;
        return set < 0 ? -1 : (set || profile.finWait2) / 1000;
      }
      case 'TCP_NOTSENT_LOWAT':
        return settings.notSentLowat | 0;
      case 'TCP_INQ':
        return this.tellsReadable ? 1 : 0;
      case 'TCP_FASTOPEN':
        return this.fastOpen.limit;
      case 'TCP_FASTOPEN_CONNECT':
        return this.fastOpenConnect ? 1 : 0;
      case 'TCP_FASTOPEN_NO_COOKIE':
        return this.fastOpen.withoutCookie ? 1 : 0;
      default:
        return -Errno.ENOPROTOOPT;
    }
  }

  get #own(): Inherited {
    if (this.#inherited === NOTHING_SET) this.#inherited = { ...NOTHING_SET };
    return this.#inherited;
  }

  #change(changes: Partial<ConnectionSettings>): void {
    this.#own.connection = { ...this.#settings, ...changes };
    this.#connection?.changeSettings(changes);
  }

  get #settings(): ConnectionSettings {
    return this.#inherited.connection ?? defaultSettings(this.#profile);
  }
}

/** Twice what was asked for, and the most for what is negative: Linux compares it as unsigned (sk_setsockopt). */
function bufferOf(value: number, least: number): number {
  return Math.max(2 * Math.min(value >>> 0, MAX_BUFFER), least);
}

/** Of a program without types the value can be anything. */
function isLinger(value: unknown): value is Linger {
  if (typeof value !== 'object' || value === null || !('onoff' in value) || !('linger' in value))
    return false;
  return typeof value.onoff === 'number' && typeof value.linger === 'number';
}
