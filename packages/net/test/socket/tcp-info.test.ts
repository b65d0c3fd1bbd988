import { expect, it } from 'vitest';
import net, { type Socket, type TcpInfo } from '../../src/index.ts';
import { event } from '../compare.ts';

const ESTABLISHED = 1;

it("tells a connection's TCP_INFO while there is one", async () => {
  const server = net.createServer((socket) => socket.pipe(socket));
  await event(server.listen(0), 'listening');
  const socket: Socket = new net.Socket();
  expect(socket.tcpInfo()).toBe(null);
  socket.connect((server.address() as { port: number }).port);
  await event(socket, 'connect');
  socket.write(Buffer.alloc(1000));
  await event(socket, 'data');
  const info: TcpInfo | null = socket.tcpInfo();
  // The SYN counts as an octet that was acknowledged.
  expect(info).toMatchObject({
    tcpi_state: ESTABLISHED,
    tcpi_bytes_acked: 1001,
    tcpi_bytes_received: 1000,
    tcpi_total_retrans: 0,
  });
  expect(info?.tcpi_snd_cwnd).toBeGreaterThan(0);
  socket.destroy();
  expect(socket.tcpInfo()).toBe(null);
  await event(socket, 'close');
  server.close();
});
