import { expect, it } from 'vitest';
import { AF_INET, TcpSocket } from '../src/index.ts';
import { TwoHosts } from './two-hosts.ts';

// The values are those of Linux 6.18.
it('is what TCP_INFO tells of a socket that never was connected, bound or not', () => {
  const hosts = new TwoHosts();
  const socket = new TcpSocket(hosts.a, AF_INET);
  const closed = {
    tcpi_state: 7,
    tcpi_rto: 1_000_000,
    tcpi_rttvar: 250_000,
    tcpi_snd_mss: 536,
    tcpi_snd_ssthresh: 0x7fffffff,
    tcpi_snd_cwnd: 10,
    tcpi_reordering: 3,
    tcpi_min_rtt: 0xffffffff,
    tcpi_rcv_mss: 0,
    tcpi_unacked: 0,
  };
  expect(socket.getsockopt('TCP_INFO')).toMatchObject(closed);
  socket.bind(hosts.addressA, 80);
  expect(socket.getsockopt('TCP_INFO')).toMatchObject(closed);
});

it('tells of a listener how many connections wait, and how many may', () => {
  const hosts = new TwoHosts();
  const listener = hosts.listener(5);
  const listening = { tcpi_state: 10, tcpi_rto: 0, tcpi_snd_mss: 0, tcpi_snd_cwnd: 10, tcpi_sacked: 5 };
  expect(listener.getsockopt('TCP_INFO')).toMatchObject({ ...listening, tcpi_unacked: 0 });
  new TcpSocket(hosts.a, AF_INET).connect(hosts.addressB, 80);
  hosts.settle();
  expect(listener.getsockopt('TCP_INFO')).toMatchObject({ ...listening, tcpi_unacked: 1 });
  listener.accept();
  expect(listener.getsockopt('TCP_INFO')).toMatchObject({ ...listening, tcpi_unacked: 0 });
});
