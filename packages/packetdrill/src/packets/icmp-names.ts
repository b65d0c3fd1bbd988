import { Icmpv6Type, Icmpv6Unreachable, IcmpType, IcmpUnreachable } from '@halfclose/codec';
import { ScriptFault } from '../script/script-fault.ts';

type Numbers = ReadonlyMap<string, number>;

interface Names {
  readonly types: Numbers;
  /** Codes by the number of their type. */
  readonly codes: ReadonlyMap<number, Numbers>;
}

/** RFC 792, RFC 1122, RFC 1812. */
const ICMP: Names = {
  types: new Map([
    ['echo_reply', IcmpType.ECHO_REPLY],
    ['unreachable', IcmpType.DESTINATION_UNREACHABLE],
    ['source_quench', 4],
    ['redirect', 5],
    ['echo_request', IcmpType.ECHO],
    ['time_exceeded', IcmpType.TIME_EXCEEDED],
    ['parameter_problem', IcmpType.PARAMETER_PROBLEM],
    ['timestamp_request', 13],
    ['timestamp_reply', 14],
    ['information_request', 15],
    ['information_reply', 16],
    ['address_mask_request', 17],
    ['address_mask_reply', 18],
  ]),
  codes: new Map([
    [
      IcmpType.DESTINATION_UNREACHABLE,
      new Map([
        ['net_unreachable', IcmpUnreachable.NETWORK],
        ['host_unreachable', IcmpUnreachable.HOST],
        ['protocol_unreachable', IcmpUnreachable.PROTOCOL],
        ['port_unreachable', IcmpUnreachable.PORT],
        ['frag_needed', IcmpUnreachable.FRAGMENTATION_NEEDED],
        ['source_route_failed', IcmpUnreachable.SOURCE_ROUTE_FAILED],
        ['net_unknown', 6],
        ['host_unknown', 7],
        ['source_host_isolated', 8],
        ['net_prohibited', IcmpUnreachable.NETWORK_PROHIBITED],
        ['host_prohibited', IcmpUnreachable.HOST_PROHIBITED],
        ['net_unreachable_for_tos', 11],
        ['host_unreachable_for_tos', 12],
        ['packet_filtered', IcmpUnreachable.PROHIBITED],
        ['precedence_violation', 14],
        ['precedence_cutoff', 15],
      ]),
    ],
  ]),
};

/** RFC 4443. */
const ICMPV6: Names = {
  types: new Map([
    ['unreachable', Icmpv6Type.DESTINATION_UNREACHABLE],
    ['packet_too_big', Icmpv6Type.PACKET_TOO_BIG],
    ['time_exceeded', Icmpv6Type.TIME_EXCEEDED],
    ['parameter_problem', Icmpv6Type.PARAMETER_PROBLEM],
    ['echo_request', Icmpv6Type.ECHO],
    ['echo_reply', Icmpv6Type.ECHO_REPLY],
  ]),
  codes: new Map([
    [
      Icmpv6Type.DESTINATION_UNREACHABLE,
      new Map([
        ['net_unreachable', Icmpv6Unreachable.NO_ROUTE],
        ['no_route', Icmpv6Unreachable.NO_ROUTE],
        ['admin_prohibited', Icmpv6Unreachable.PROHIBITED],
        ['not_neighbour', Icmpv6Unreachable.BEYOND_SCOPE],
        ['address_unreachable', Icmpv6Unreachable.ADDRESS],
        ['port_unreachable', Icmpv6Unreachable.PORT],
      ]),
    ],
    [
      Icmpv6Type.TIME_EXCEEDED,
      new Map([
        ['exceeded_hop_limit', 0],
        ['exceeded_frag_time', 1],
      ]),
    ],
    [
      Icmpv6Type.PARAMETER_PROBLEM,
      new Map([
        ['header_field', 0],
        ['unknown_next_header', 1],
        ['unknown_option', 2],
      ]),
    ],
  ]),
};

/**
 * The numbers of an ICMP (`isIPv4`) or ICMPv6 message by the names of its type and code; `null` is code 0.
 *
 * @throws ScriptFault for a name that is none
 */
export function icmpNumbers(
  typeName: string,
  codeName: string | null,
  isIPv4: boolean,
): { readonly type: number; readonly code: number } {
  const { types, codes } = isIPv4 ? ICMP : ICMPV6;
  const protocol = isIPv4 ? 'ICMP' : 'ICMPv6';
  const type = types.get(typeName) ?? numberAfter('type_', typeName);
  if (type === null) throw new ScriptFault(`there is no ${protocol} type '${typeName}'`);
  if (codeName === null) return { type, code: 0 };
  const code = codes.get(type)?.get(codeName) ?? numberAfter('code_', codeName);
  if (code === null)
    throw new ScriptFault(`there is no ${protocol} code '${codeName}' of the type '${typeName}'`);
  return { type, code };
}

function numberAfter(prefix: string, name: string): number | null {
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[0-9]{1,3}$/.test(digits) && Number(digits) <= 0xff ? Number(digits) : null;
}
