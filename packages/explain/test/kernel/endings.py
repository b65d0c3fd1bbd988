"""Ends connections of this kernel in every way that there is, and writes a pcap of each: endings.py DIRECTORY [NAME...]

It runs in a network namespace of its own, as root of it, with the loopback interface up. Both ends are sockets of the
kernel; the capture is what passes over the loopback interface.
"""
import errno
import os
import socket
import struct
import subprocess
import sys
import threading
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4
LINKTYPE_RAW = 101
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
TCP_LINGER2, TCP_REPAIR, TCP_USER_TIMEOUT = 8, 19, 18
SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__.replace('_', '-')] = function
    return function


class Capture:
    """All packets of the loopback interface, each once."""

    def __init__(self):
        self.packets = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self.socket.bind(('lo', 0))
        self.socket.settimeout(0.05)
        self.running = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while True:
            try:
                data, address = self.socket.recvfrom(65600)
            except TimeoutError:
                if not self.running:
                    return
                continue
            if address[2] == PACKET_OUTGOING:
                self.packets.append((time.time(), data))

    def write(self, path):
        time.sleep(0.1)
        self.running = False
        self.thread.join()
        self.socket.close()
        with open(path, 'wb') as file:
            file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 200, LINKTYPE_RAW))
            for moment, data in self.packets:
                seconds = int(moment)
                kept = data[:200]
                file.write(struct.pack('<IIII', seconds, int((moment - seconds) * 1e6), len(kept), len(data)) + kept)


class Pair:
    """A listener, and a connection to it."""

    def __init__(self, backlog=8, accept=True):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen(backlog)
        self.address = self.listener.getsockname()
        self.client = self.connect()
        self.server = self.listener.accept()[0] if accept else None

    def connect(self):
        client = socket.socket()
        client.connect(self.address)
        return client

    def exchange(self):
        """A request that is read, and an answer that is read."""
        self.client.send(b'GET / HTTP/1.0\r\n\r\n')
        pause()
        self.server.recv(100)
        self.server.send(b'HTTP/1.0 204 No Content\r\n\r\n')
        pause()
        self.client.recv(100)


def pause(seconds=0.03):
    time.sleep(seconds)


def linger_0(end):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def deafen(end):
    """Drops whatever comes for the socket."""
    drop = struct.pack('HBBI', 0x06, 0, 0, 0)
    buffer = bytearray(drop)
    import ctypes
    held = (ctypes.c_char * len(buffer)).from_buffer(buffer)
    end.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack('HxxxxxxQ', 1, ctypes.addressof(held)))


def undeafen(end):
    end.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)


def vanish(end):
    """Closes without a word, as a machine that loses its power."""
    end.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    end.close()


def ignoring(*errors):
    class Ignoring:
        def __enter__(self):
            pass

        def __exit__(self, kind, value, _):
            return isinstance(value, OSError) and (not errors or value.errno in errors)
    return Ignoring()


@scenario
def orderly_client_first(_):
    pair = Pair()
    pair.exchange()
    pair.client.close()
    pause()
    pair.server.close()


@scenario
def orderly_server_first(_):
    pair = Pair()
    pair.exchange()
    pair.server.close()
    pause()
    pair.client.recv(1)
    pair.client.close()


@scenario
def half_close(_):
    pair = Pair()
    pair.client.send(b'pear\nfig\napple\n')
    pair.client.shutdown(socket.SHUT_WR)
    pause()
    pair.server.recv(100)
    for line in (b'apple\n', b'fig\n', b'pear\n'):
        pair.server.send(line)
        pause(0.5)
    pair.server.close()
    pause()
    pair.client.recv(100)
    pair.client.close()


@scenario
def half_closed_at_end(_):
    pair = Pair()
    pair.client.shutdown(socket.SHUT_WR)
    pause()
    return pair


@scenario
def unread_server(_):
    pair = Pair()
    pair.client.send(bytes(1000))
    pause()
    pair.server.close()


@scenario
def unread_client(_):
    pair = Pair()
    pair.client.send(b'request')
    pause()
    pair.server.recv(100)
    pair.server.send(bytes(1000))
    pause()
    pair.client.close()


@scenario
def unread_partly(_):
    pair = Pair()
    pair.exchange()
    pair.client.send(bytes(1000))
    pause()
    pair.server.recv(400)
    pair.server.close()


@scenario
def unread_peeked(_):
    pair = Pair()
    pair.client.send(bytes(1000))
    pause()
    pair.server.recv(1000, socket.MSG_PEEK)
    pair.server.close()


@scenario
def unread_close_wait(_):
    pair = Pair()
    pair.client.send(bytes(1000))
    pair.client.shutdown(socket.SHUT_WR)
    pause()
    pair.server.close()


@scenario
def unread_fin_wait_2(_):
    pair = Pair()
    pair.client.send(b'request')
    pair.client.shutdown(socket.SHUT_WR)
    pause()
    pair.server.recv(100)
    pair.server.send(bytes(1000))
    pause()
    pair.client.close()


@scenario
def linger_0_idle_client(_):
    pair = Pair()
    linger_0(pair.client)
    pair.client.close()


@scenario
def linger_0_idle_server(_):
    pair = Pair()
    linger_0(pair.server)
    pair.server.close()


@scenario
def linger_0_answered(_):
    pair = Pair()
    pair.exchange()
    linger_0(pair.server)
    pair.server.close()


@scenario
def linger_0_greeted(_):
    pair = Pair()
    pair.server.send(b'220 hello\r\n')
    pause()
    pair.client.recv(100)
    linger_0(pair.server)
    pair.server.close()


@scenario
def linger_0_client_sent(_):
    pair = Pair()
    pair.client.send(b'bye')
    pause()
    pair.server.recv(100)
    linger_0(pair.client)
    pair.client.close()


@scenario
def linger_0_close_wait(_):
    pair = Pair()
    pair.client.shutdown(socket.SHUT_WR)
    pause()
    pair.server.recv(1)
    pair.server.send(b'answer')
    pause()
    linger_0(pair.server)
    pair.server.close()


@scenario
def linger_0_fin_wait_2(_):
    pair = Pair()
    pair.client.shutdown(socket.SHUT_WR)
    pause()
    linger_0(pair.client)
    pair.client.close()


@scenario
def disconnect_by_af_unspec(_):
    pair = Pair()
    pair.client.send(b'x')
    pause()
    pair.server.recv(1)
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    libc.connect(pair.client.fileno(), struct.pack('H14x', 0), 16)


@scenario
def data_after_close(_):
    pair = Pair()
    pair.server.close()
    pause()
    with ignoring():
        pair.client.send(b'too late')
    pause()


@scenario
def data_after_close_answered(_):
    pair = Pair()
    pair.exchange()
    pair.server.close()
    pause()
    with ignoring():
        pair.client.send(bytes(3000))
    pause()


@scenario
def data_after_shutdown_of_both(_):
    pair = Pair()
    pair.server.shutdown(socket.SHUT_RDWR)
    pause()
    with ignoring():
        pair.client.send(b'too late')
    pause()
    pair.server.close()


@scenario
def listener_closed(_):
    pair = Pair(accept=False)
    others = [pair.connect() for _ in range(3)]
    pause()
    pair.listener.close()
    pause()
    with ignoring(errno.ECONNREFUSED):
        pair.connect()
    return others


@scenario
def listener_closed_alone(_):
    pair = Pair(accept=False)
    pair.client.send(b'hello')
    pause()
    pair.listener.close()
    pause()


@scenario
def port_closed(_):
    with ignoring(errno.ECONNREFUSED):
        socket.create_connection(('127.0.0.1', 9))


@scenario
def accept_queue_full(_):
    with open('/proc/sys/net/ipv4/tcp_abort_on_overflow', 'w') as file:
        file.write('1')
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(0)
    late = socket.socket()
    deafen(late)
    late.setblocking(False)
    with ignoring():
        late.connect(listener.getsockname())
    pause()
    first = socket.create_connection(listener.getsockname())
    undeafen(late)
    pause(1.5)
    return listener, first, late


@scenario
def connect_given_up(_):
    pair = Pair()
    client = socket.socket()
    deafen(client)
    client.setblocking(False)
    with ignoring():
        client.connect(pair.address)
    pause(0.3)
    client.close()
    pause(1.5)


@scenario
def half_open_data(_):
    pair = Pair()
    pair.exchange()
    vanish(pair.server)
    pause()
    pair.client.send(b'anybody there?')
    pause()


@scenario
def half_open_keep_alive(_):
    pair = Pair()
    pair.exchange()
    vanish(pair.server)
    pair.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    pause(1.5)


@scenario
def half_open_fin(_):
    pair = Pair()
    pair.exchange()
    vanish(pair.server)
    pair.client.close()
    pause()


@scenario
def keep_alive_exhausted(_):
    pair = Pair()
    pair.exchange()
    deafen(pair.server)
    pair.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    pair.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)
    pause(4.5)
    return pair


@scenario
def fin_wait_2_limit(_):
    pair = Pair()
    pair.exchange()
    pair.server.setsockopt(socket.IPPROTO_TCP, TCP_LINGER2, 1)
    pair.server.close()
    pause(3)
    pair.client.recv(1)
    pair.client.close()
    pause()


@scenario
def linger2_negative(_):
    pair = Pair()
    pair.exchange()
    pair.server.setsockopt(socket.IPPROTO_TCP, TCP_LINGER2, -1)
    pair.server.close()
    pause()
    return pair


@scenario
def fin_lost(_):
    pair = Pair()
    pair.exchange()
    deafen(pair.server)
    pair.client.close()
    pause(0.35)
    undeafen(pair.server)
    pause(0.6)
    pair.server.close()
    pause()


@scenario
def peer_deaf(_):
    pair = Pair()
    pair.exchange()
    deafen(pair.server)
    pair.client.send(b'anybody there?')
    pause(3)
    return pair


@scenario
def gave_up(_):
    pair = Pair()
    pair.exchange()
    deafen(pair.server)
    pair.client.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 1000)
    pair.client.send(b'anybody there?')
    pause(2.5)
    undeafen(pair.server)
    pair.server.send(b'yes')
    pause()
    return pair


@scenario
def zero_window(_):
    pair = Pair()
    pair.server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    pair.client.setblocking(False)
    with ignoring():
        while True:
            pair.client.send(bytes(4096))
    pause(1)
    pair.server.setblocking(False)
    with ignoring():
        while True:
            if not pair.server.recv(65536):
                break
            pause(0.01)
    pause()
    return pair


@scenario
def unanswered(_):
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen()
    deafen(listener)
    client = socket.socket()
    client.setblocking(False)
    with ignoring():
        client.connect(listener.getsockname())
    pause(2.2)
    return listener, client


@scenario
def middlebox(capture):
    """A RST from somebody on the way, who knows the numbers and has another TTL."""
    pair = Pair()
    pair.exchange()
    forge(capture, pair, ttl=55)
    pause()
    with ignoring():
        pair.client.send(b'x')
    return pair


@scenario
def middlebox_both_ends(capture):
    pair = Pair()
    pair.client.send(b'GET /forbidden HTTP/1.0\r\n\r\n')
    pause()
    forge(capture, pair, ttl=201)
    pause()
    return pair


def forge(capture, pair, ttl):
    """Sends a RST to the client in the server's name, with the number that comes next."""
    pause()
    client_port = pair.client.getsockname()[1]
    sent = [data for _, data in capture.packets if struct.unpack('!H', data[20:22])[0] == client_port]
    acknowledged = struct.unpack('!I', sent[-1][28:32])[0]
    tcp = struct.pack('!HHIIBBHHH', pair.address[1], client_port, acknowledged, 0, 0x50, 0x04, 0, 0, 0)
    addresses = socket.inet_aton('127.0.0.1') * 2
    sum_ = checksum(addresses + struct.pack('!BBH', 0, 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack('!H', sum_) + tcp[18:]
    ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0x4000, ttl, 6, 0) + addresses
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(ip + tcp, ('127.0.0.1', 0))
    raw.close()


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def play(directory, name):
    capture = Capture()
    pause()
    held = SCENARIOS[name](capture)
    pause()
    capture.write(os.path.join(directory, f'{name}.pcap'))
    # What it holds ends with the process, and is not in the capture any more.
    del held


def main(directory, *names):
    if len(names) == 1:
        play(directory, names[0])
        return
    for name in names or SCENARIOS:
        # A namespace for each, so that nothing of one is left in the next one.
        command = 'ip link set lo up && exec "$0" "$@"'
        arguments = ['unshare', '--net', 'sh', '-c', command, sys.executable, __file__, directory, name]
        subprocess.run(arguments, check=True, timeout=30)
        print(name, flush=True)


main(*sys.argv[1:])
