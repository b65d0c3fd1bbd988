import type { SecureVersion } from 'node:tls';
import fc from 'fast-check';
import { anyProgram, type Program, type Rule } from './program.ts';

/** How TLS is spoken. */
export interface Security {
  readonly version: SecureVersion;
  /** A client has TLS connect, or puts it over a socket of its own. */
  readonly over: 'port' | 'socket';
}

/** A program of TLS sockets. */
export interface TlsProgram extends Program {
  readonly security: Security;
}

const security: fc.Arbitrary<Security> = fc.record({
  version: fc.constantFrom<SecureVersion>('TLSv1.3', 'TLSv1.2'),
  over: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Security['over']>('port') },
    { weight: 1, arbitrary: fc.constant<Security['over']>('socket') },
  ),
});

/**
 * A server ends nothing while its side of the handshake ends: it would be in a call of OpenSSL there that Node makes for all
 * that came in one read (docs/DIFFERENCES.md, A whole process).
 */
function afterHandshake(rule: Rule): Rule {
  const isLater = rule.on.on !== 'start' || rule.after.by === 'immediate' || rule.after.by === 'timer';
  const ends = rule.acts.some(({ do: what }) => /end|destroy|reset/i.test(what));
  return isLater || !ends ? rule : { ...rule, after: { by: 'immediate', count: 1 } };
}

/** Any program of TLS sockets: they connect once. */
export const anyTlsProgram: fc.Arbitrary<TlsProgram> = fc
  .tuple(anyProgram, security)
  .map(([program, how]) => ({
    ...program,
    server: {
      ...program.server,
      ends: program.server.ends.map((end) => ({ ...end, rules: end.rules.map(afterHandshake) })),
    },
    clients: program.clients.map((client) => ({
      ...client,
      rules: client.rules.filter(({ acts }) => acts.every((act) => act.do !== 'connect')),
    })),
    security: how,
  }));
