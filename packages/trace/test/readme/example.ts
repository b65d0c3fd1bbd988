import { Flag, ipv4, Segment } from '@halfclose/codec';
import { ladder, Trace, timeline, writePcapng } from '@halfclose/trace';

const local = { address: ipv4(10, 0, 0, 1), port: 49152 };
const remote = { address: ipv4(10, 0, 0, 2), port: 80 };
const trace = new Trace({ limit: 1000 });

// A stack reports what happens on it. By hand: a client whose SYN nobody answers.
const segment = new Segment();
segment.sourcePort = local.port;
segment.destinationPort = remote.port;
segment.flags = Flag.SYN;
segment.window = 65535;
const addresses = { source: local.address, destination: remote.address };
const packet = { kind: 'tcp', ...addresses, hopLimit: 64, dscp: 0, segment } as const;

const end = { host: 'client', local, remote };
const sent = { type: 'segment', direction: 'sent', host: 'client', packet, state: 'SYN-SENT' } as const;
trace.record({ type: 'state', time: 0, ...end, from: 'CLOSED', to: 'SYN-SENT', why: 'connect()' });
trace.record({ ...sent, time: 0 });
trace.record({ type: 'timer', time: 1000, ...end, timer: 'retransmission' });
trace.record({ ...sent, time: 1000 });
trace.record({ type: 'state', time: 3000, ...end, from: 'SYN-SENT', to: 'CLOSED', why: 'timed out' });
trace.record({ type: 'call', time: 3000, ...end, call: 'connect', result: '-1 ETIMEDOUT' });

console.log(ladder(trace, { width: 80 }));
console.log(timeline(trace, { width: 80 }));
export const file: Uint8Array = writePcapng(trace); // for Wireshark
