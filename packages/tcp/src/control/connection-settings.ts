import type { CongestionControlName } from '../profile/rule-names.ts';
import type { IpAddress, SequenceNumber } from '@halfclose/codec';
import { checkIsProfile } from '../profile/check-profile.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import type { Profile } from '../profile/profile.ts';
import type { BlockPool } from '../sending/send-buffer.ts';
import type { Path } from '../path/path.ts';
import type { ChosenRoute } from '../path/source-route.ts';

/** What a connection is made of. */
export interface ConnectionInit {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  readonly profile: Profile;
  readonly path: Path;
  /** ISS, from {@link initialSequenceNumber}. */
  readonly initialSequenceNumber: SequenceNumber;
  /** Added to the milliseconds of the clock to make TSval (RFC 7323, 5.4; random per peer). */
  readonly timestampOffset: number;
  readonly pool: BlockPool;
  /** What its buffers are charged to, with those of the other connections of its host. Default: one of its own. */
  readonly memory?: MemoryAccount;
  /** What the connection starts with; shared, so not to be written to. */
  readonly settings: ConnectionSettings;
}

/** Settings of one connection beside those of its sender. Times in milliseconds. */
export interface ConnectionSettings {
  /** SO_KEEPALIVE. */
  readonly keepAlive: boolean;
  /** TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT. */
  readonly keepAliveIdle: number;
  readonly keepAliveInterval: number;
  readonly keepAliveProbes: number;
  /** TCP_USER_TIMEOUT; 0: none. */
  readonly userTimeout: number;
  /** TCP_LINGER2: the orphan's limit in FIN-WAIT-2; 0: the profile's; negative: none at all, reset instead. */
  readonly linger2: number;
  /** TCP_MAXSEG: upper bound of the MSS, offered and used; 0: none. */
  readonly maxSegment: number;
  /** SO_SNDBUF fixes the send buffer at this many octets; 0: it grows. */
  readonly sendBuffer: number;
  /** SO_OOBINLINE: the urgent octet stays in the text. */
  readonly urgentInline: boolean;
  /** Soft errors and delivery problems are told as events (RFC 9293, 3.9.1.8, SHLD-20); else they are only noted. */
  readonly errorReports: boolean;
  /** Acknowledgments of data are told as events: `ConnectionEvent.Acknowledged`. */
  readonly ackReports: boolean;
  /** TCP_NOTSENT_LOWAT: from so many unsent bytes on no more is taken; 0: as the profile says. */
  readonly notSentLowat: number;
  /** TCP_SYNCNT: how often a SYN is sent again; 0: as the profile says. */
  readonly synRetries: number;
  /** TCP_CONGESTION; `null`: the profile's. */
  readonly congestionControl: CongestionControlName | null;
  /** IP_TTL and IPV6_UNICAST_HOPS: 0 to 255. */
  readonly timeToLive: number;
  readonly hopLimit: number;
  /** The Diffserv codepoint of IP_TOS and of IPV6_TCLASS: 0 to 63. */
  readonly dscp: number;
  readonly dscpIPv6: number;
  /** IP_OPTIONS, or the way by which the peer's packets came; `null`: whatever IP finds. */
  readonly sourceRoute: ChosenRoute | null;
}

/**
 * What a connection starts with when its owner has said nothing.
 *
 * @throws TypeError for what is no profile
 */
export function defaultSettings(profile: Profile): ConnectionSettings {
  checkIsProfile(profile);
  return {
    keepAlive: false,
    keepAliveIdle: profile.keepAliveIdle,
    keepAliveInterval: profile.keepAliveInterval,
    keepAliveProbes: profile.keepAliveProbes,
    userTimeout: profile.userTimeout,
    linger2: 0,
    maxSegment: 0,
    sendBuffer: 0,
    urgentInline: false,
    errorReports: true,
    ackReports: false,
    notSentLowat: 0,
    synRetries: 0,
    congestionControl: null,
    timeToLive: profile.hopLimit,
    hopLimit: profile.hopLimit,
    dscp: 0,
    dscpIPv6: 0,
    sourceRoute: null,
  };
}
