import { Flag, type Segment } from '@halfclose/codec';
import type { HostedConnection } from '../src/index.ts';
import { Bench } from './bench.ts';

/** One host, and an attacker who makes segments by hand. */
export class Target extends Bench {
  /** In ESTABLISHED with `options` in the SYN+ACK; the attacker's next number is 1. */
  victim(options: Partial<Segment> = {}): HostedConnection {
    const hosted = this.connect();
    const ack = hosted.connection.sender.sndNxt;
    this.reply(hosted, { flags: Flag.SYN | Flag.ACK, seq: 0, ack, maximumSegmentSize: 1460, ...options });
    this.sent();
    return hosted;
  }

  /** The attacker sends an ACK of everything, less what `fields` says; returns how many segments answer it. */
  hit(hosted: HostedConnection, fields: Partial<Segment>): number {
    const before = this.device.sent.length;
    this.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt, ...fields });
    return this.device.sent.length - before;
  }

  write(hosted: HostedConnection, octets: number): void {
    hosted.connection.send(new Uint8Array(octets));
    this.host.wake(hosted);
    this.clock.runTasks();
  }

  close(hosted: HostedConnection): void {
    hosted.connection.close(false, this.clock.now());
    hosted.connection.disown(this.clock.now());
    this.host.wake(hosted);
    this.clock.runTasks();
  }

  get connections(): number {
    return [...this.host.hosted()].length;
  }
}
