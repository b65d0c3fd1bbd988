import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { type Play, plain, playOver } from './play.ts';
import type { Program } from './program.ts';
import { playExchanges } from './play-exchanges.ts';
import { secured } from './secured.ts';
import type { TlsProgram } from './tls-program.ts';
import type { WebProgram } from './web-program.ts';

/** A program, and what it is played over. */
export type Piece =
  | { readonly protocol: 'net'; readonly program: Program }
  | { readonly protocol: 'tls'; readonly program: TlsProgram }
  | { readonly protocol: 'http' | 'https'; readonly program: WebProgram };

/** How to play it, with what the runtime of this thread has under those names. */
export function playOf(piece: Piece): Play<Piece['program']> {
  switch (piece.protocol) {
    case 'net':
      return playOver(plain(net));
    case 'tls':
      return playOver(secured(piece.program.security));
    case 'http':
      return playExchanges(http, plain(net));
    case 'https':
      return playExchanges(https, secured({ version: 'TLSv1.3', over: 'port' }));
  }
}
