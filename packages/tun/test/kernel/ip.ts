import { execFileSync } from 'node:child_process';

/** `ip -json ARGS`. */
export function ipJson(...args: string[]): Record<string, unknown>[] {
  return JSON.parse(execFileSync('ip', ['-json', ...args], { encoding: 'utf8' })) as Record<
    string,
    unknown
  >[];
}

/** `ip ARGS`. */
export function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Names of all interfaces. */
export function interfaces(): unknown[] {
  return ipJson('link', 'show').map((link) => link['ifname']);
}

/** Lines of `ss ARGS`, without its heading. */
export function ss(...args: string[]): string[] {
  const lines = execFileSync('ss', args, { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('State'));
}
