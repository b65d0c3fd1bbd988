// Two hosts on a bad link, in virtual time: a minute of waiting takes milliseconds, and each run is the same.
import { createLink } from '@halfclose/netem';
import { AF_INET, TcpSocket } from '@halfclose/sockets';
import { Host, parseIpAddress } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';

const OCTETS = 100_000;
const CLIENT = parseIpAddress('10.0.0.1');
const SERVER = parseIpAddress('10.0.0.2');

const first = transfer(7);
console.log(
  `${first.arrived} of ${OCTETS} octets arrived after ${first.seconds} s; ` +
    `the link lost ${first.lost} of ${first.packets} packets.`,
);
const again = transfer(7);
console.log(
  `Again with the same seed: ${JSON.stringify(again) === JSON.stringify(first) ? 'the same' : 'not the same'}.`,
);
const other = transfer(8);
console.log(
  `With another seed: ${other.arrived} octets after ${other.seconds} s, ${other.lost} packets lost.`,
);

/** Sends the octets from one host to the other; the seed decides what the link does. */
function transfer(seed) {
  const clock = new VirtualClock();
  const link = createLink(clock, { seed, delay: 40, jitter: 5, rate: 2e6, loss: 0.1, duplicate: 0.02 });
  const client = new Host({ timers: clock, name: 'client', secret: Uint32Array.of(seed, 1, 2, 3) });
  const server = new Host({ timers: clock, name: 'server', secret: Uint32Array.of(seed, 4, 5, 6) });
  client.addInterface(link.a, [{ address: CLIENT, prefixLength: 24 }]);
  server.addInterface(link.b, [{ address: SERVER, prefixLength: 24 }]);

  let arrived = 0;
  let seconds = 0;
  const listener = new TcpSocket(server, AF_INET);
  listener.bind(SERVER, 80);
  listener.listen(1);
  const onAcceptable = () => {
    const socket = listener.accept();
    const onReadiness = () => {
      let octets = socket.read(65_536);
      for (; typeof octets !== 'number'; octets = socket.read(65_536)) arrived += octets.length;
      if (octets !== 0) return;
      seconds = clock.now() / 1000;
      socket.close();
    };
    socket.owner = { onReadiness };
    onReadiness();
    listener.close();
  };
  listener.owner = { onReadiness: onAcceptable };

  const socket = new TcpSocket(client, AF_INET);
  let left = OCTETS;
  const onReadiness = () => {
    if (socket.closed) return;
    const sent = socket.send(new Uint8Array(left));
    if (sent > 0) left -= sent;
    if (left === 0) socket.close();
  };
  socket.owner = { onReadiness };
  socket.connect(SERVER, 80);

  clock.runUntilIdle();
  const { sent, duplicated, droppedTotal } = link.aToB.counters;
  return { arrived, seconds: Number(seconds.toFixed(3)), lost: droppedTotal, packets: sent + duplicated };
}
