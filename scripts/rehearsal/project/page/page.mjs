// Two hosts on a link that loses packets, in virtual time, in a page; the connection drawn.
import { createLink } from '@halfclose/netem';
import { ladderSvg } from '@halfclose/pictures';
import { AF_INET, TcpSocket } from '@halfclose/sockets';
import { Host, parseIpAddress } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { Trace } from '@halfclose/trace';

const [ours, theirs] = ['10.0.0.1', '10.0.0.2'].map(parseIpAddress);
const clock = new VirtualClock();
const link = createLink(clock, { seed: 7, delay: 20, loss: 0.05 });
const trace = new Trace();
const client = new Host({ timers: clock, name: 'client', secret: Uint32Array.of(1, 2, 3, 4) });
const server = new Host({ timers: clock, name: 'server', secret: Uint32Array.of(5, 6, 7, 8) });
for (const host of [client, server]) host.observe((event) => trace.record(event));
client.addInterface(link.a, [{ address: ours, prefixLength: 24 }]);
server.addInterface(link.b, [{ address: theirs, prefixLength: 24 }]);

let received = 0;
const listener = new TcpSocket(server, AF_INET);
listener.bind(theirs, 80);
listener.listen(1);
listener.owner = {
  onReadiness() {
    const socket = listener.accept();
    if (typeof socket === 'number') return;
    const buffer = new Uint8Array(65_536);
    const read = () => {
      for (;;) {
        const count = socket.recv(buffer);
        if (count < 0) return;
        if (count === 0) {
          socket.close();
          return;
        }
        received += count;
      }
    };
    socket.owner = { onReadiness: read };
    read();
  },
};
const socket = new TcpSocket(client, AF_INET);
socket.connect(theirs, 80);
clock.advanceBy(1000);
socket.send(new Uint8Array(20_000));
socket.close();
clock.advanceBy(120_000);

const drawn = ladderSvg(trace.events);
if (received !== 20_000 || !drawn.startsWith('<svg')) throw new Error(`${received} bytes arrived`);
document.body.innerHTML = drawn;
const done = document.createElement('p');
done.id = 'done';
done.textContent = `${received} bytes over a bad link`;
document.body.append(done);
