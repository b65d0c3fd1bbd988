import { applySysctl, LINUX_CLOSING_SYSCTLS, type MutableProfile } from '@halfclose/packetdrill';
import { linux, type Profile } from '@halfclose/stack';

/** What both sides are set to: what docs/linux was measured with, but for congestion control and ECN as Linux has them. */
export const SYSCTLS: Readonly<Record<string, string>> = {
  ...LINUX_CLOSING_SYSCTLS,
  tcp_congestion_control: 'cubic',
  tcp_ecn: '2',
  tcp_no_metrics_save: '1',
};

/** Its place is the host, which is given none here. */
const NO_PROFILE = 'tcp_fastopen_key';

/** The profile of {@link SYSCTLS} with these others; text: what of them a profile has no field for. */
export function profileOf(sysctls: Readonly<Record<string, string>>): Profile | string {
  const profile: MutableProfile = { ...linux };
  for (const [name, value] of Object.entries({ ...SYSCTLS, ...sysctls })) {
    const isSet = name !== NO_PROFILE && applySysctl(profile, name, value).kind === 'set';
    if (!isSet && SYSCTLS[name] !== value) return `${name}=${value}`;
  }
  return profile;
}
