# Pings as `ping` does, for machines without it: ADDRESS SIZE COUNT WAIT. Prints how many replies had what was sent.
import os, select, socket, struct, sys, time

address, size, count, wait = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
v6 = ':' in address
family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if v6 else (socket.AF_INET, socket.IPPROTO_ICMP)
request, reply = (128, 129) if v6 else (8, 0)
sock = socket.socket(family, socket.SOCK_RAW, protocol)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
sock.connect((address, 0))


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def received(identifier, sequence, payload):
    deadline = time.time() + wait
    while time.time() < deadline:
        if not select.select([sock], [], [], 0.1)[0]:
            continue
        packet = sock.recv(70000)
        message = packet if v6 else packet[(packet[0] & 15) * 4 :]
        if message[0] == reply and message[4:] == struct.pack('!HH', identifier, sequence) + payload:
            return True
    return False


answered = 0
for sequence in range(count):
    payload = os.urandom(size)
    identifier = os.getpid() & 0xFFFF
    # The kernel fills the checksum of ICMPv6 in.
    head = struct.pack('!BBHHH', request, 0, 0, identifier, sequence)
    if not v6:
        head = struct.pack('!BBHHH', request, 0, checksum(head + payload), identifier, sequence)
    sock.send(head + payload)
    answered += received(identifier, sequence, payload)
print(answered)
