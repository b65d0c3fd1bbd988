import { describe, expect, it } from 'vitest';
import { drill, formatFailure, runText, type RunTextOptions } from '../../src/index.ts';

const LISTENING = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 5) = 0
`;
const OPEN = `${LISTENING}+0 < S 0:0(0) win 32792 <mss 1000,nop,nop,sackOK>
+0 > S. 0:0(0) ack 1 <...>
+.01 < . 1:1(0) ack 1 win 32792
+0 accept(3, ..., ...) = 4
`;

function expectPass(text: string): void {
  expect(drill(text).outcome).toBe('passed');
}

function outcomeOf(text: string, options: RunTextOptions = {}): string {
  const result = runText(text, options);
  return result.outcome === 'passed' ? 'passed' : formatFailure(result);
}

describe('drill()', () => {
  it('returns the result of a script that passes', () => {
    expect(drill(`${OPEN}+0 close(4) = 0\n+0 > F. 1:1(0) ack 1`)).toMatchObject({
      file: 'inline script',
      outcome: 'passed',
      failure: null,
      ladder: '',
    });
  });

  it('throws the failure in words: place, both packets, what differs, and the ladder so far', () => {
    const text = `${OPEN}+0 write(4, ..., 100) = 100\n+0 > . 1:101(100) ack 2`;
    expect(() => drill(text)).toThrowErrorMatchingInlineSnapshot(`
      [Error: inline script:10: the packet is not as expected: flags, ack
        at 0.010000 s
        expected  > . 1:101(100) ack 2
        actual    > P. 1:101(100) ack 1 win 64240
                  expected  actual
        >> flags  .         P.
        >> ack    2         1

        ms script 192.0.2.1:50001                                                     192.168.0.1:8080 stack
         0  --- SYN 0:0(0) win 32792 <mss 1000,sackOK> ---------------------------------------> SYN-RECEIVED
         0  <----------------------------- SYN ACK 0:0(0) ack 1 win 64240 <mss 1460,sackOK> --- SYN-RECEIVED
        10  --- ACK 1:1(0) ack 1 win 32792 ---------------------------------------------------> ESTABLISHED
        10                                                                                   send(100) = 100
        10  <------------------------------------------- PSH ACK 1:101(100) ack 1 win 64240 --- ESTABLISHED]
    `);
  });

  it('throws for a script that does not parse, and for one that is unsupported', () => {
    expect(() => drill('0 > S. 0:1(0)')).toThrow('inline script:1: 0:1(0) does not add up');
    expect(() => drill('0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3')).toThrow(
      'inline script: unsupported: line 1: socket(): only SOCK_STREAM',
    );
  });

  it('takes a mode, definitions, and the texts of shell scripts', () => {
    const script = `\`./plain.sh\`\n${LISTENING}+0 < S 0:0(0) win 1000 <mss SIZE>\n+0 > S. 0:0(0) ack 1 <mss 1460>`;
    const options = {
      mode: 'mapped',
      defines: new Map([['SIZE', '1000']]),
      readScript: (path: string) => (path === './plain.sh' ? 'sysctl -q net.ipv4.tcp_sack=0' : null),
    } as const;
    expect(drill(script, options).outcome).toBe('passed');
  });
});

it('is skipped for all of what is not there, each with its line', () => {
  const text = `--dry_run
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 send(3, ..., 1, MSG_PROXY) = 1
+0 splice(3) = 0`;
  expect(outcomeOf(text)).toBe(
    'script: unsupported: --dry_run; line 3: send(): MSG_PROXY; line 4: the call splice()',
  );
});

describe('the newest socket', () => {
  it('is sent packets as soon as it has a port, and the host answers that nobody listens', () => {
    expectPass(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 < . 17:20(3) ack 34 win 1000
+0 > R 34:34(0)
+0 < R 0:0(0) win 1000
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>`);
  });

  it('tells code of its state where there is no connection, too', () => {
    expectPass(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 %{ assert tcpi_state == TCP_CLOSE, tcpi_state }%
+0 bind(3, ..., ...) = 0
+0 listen(3, 7) = 0
+0 %{ assert tcpi_state == TCP_LISTEN and tcpi_sacked == 7, tcpi_state }%`);
  });

  it('has a ladder in the time of the script', () => {
    const failed = runText(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 7) = 0
+2 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 win 1 <mss 1460>`);
    expect(failed.ladder.split('\n')[1]).toMatch(/^2000 /);
  });

  it('is the one that packets are about: a listener, then its child, then what connects', () => {
    expectPass(`${OPEN}
+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
+0 fcntl(5, F_SETFL, O_NONBLOCK) = 0
+0 connect(5, ..., ...) = -1 EINPROGRESS
+0 > S 0:0(0) <...>
+.1 < S. 0:0(0) ack 1 win 1000 <mss 1000>
+0 > . 1:1(0) ack 1`);
  });

  it('may have ports of its own in a packet, which is a stranger then', () => {
    expectPass(`${OPEN}+0 < 1234 > 8080 P. 1:101(100) ack 1 win 1000\n+.1 \`./st.sh ESTAB\``);
  });

  it('is quoted by ICMP', () => {
    expectPass(`0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0...0.1 connect(3, ..., ...) = -1 EHOSTUNREACH (No route to host)
+0 > S 0:0(0) <...>
+.1 < icmp unreachable host_unreachable [0:0(0)]`);
  });

  it('is what code asks about', () => {
    expectPass(`${OPEN}+0 %{ assert tcpi_snd_cwnd == 10 and tcpi_snd_mss == 1000 }%`);
  });
});

describe('descriptors', () => {
  it('share a socket and its flags after dup(), and the last close() acts', () => {
    expectPass(`${OPEN}
+0 dup(4) = 5
+0 fcntl(5, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)
+0 close(4) = 0
+.1 write(5, ..., 10) = 10
+0 > P. 1:11(10) ack 1
+0 close(5) = 0
+0 > F. 11:11(0) ack 1`);
  });

  it('may be given again by accept(), and mean the new connection then', () => {
    expectPass(`${OPEN}
+0 close(3) = 0
+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 5) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.01 < . 1:1(0) ack 1 win 32792
+0 accept(3, ..., ...) = 4
+0 close(4) = 0
+0 > F. 1:1(0) ack 1`);
  });

  it('stay open while a call blocks on them', () => {
    expectPass(`${OPEN}
+0...1.7 read(4, ..., 100) = 100
+1.5 close(4) = 0
+.2 < P. 1:101(100) ack 1 win 32792
+0 > . 1:1(0) ack 101
+0 > F. 1:1(0) ack 101`);
  });

  it('leave epoll when the last one is closed', () => {
    expectPass(`${OPEN}
+0 epoll_create(1) = 5
+0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT, fd=4}) = 0
+0 close(4) = 0
+0 > F. 1:1(0) ack 1
+0 epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0`);
  });
});

describe('a call', () => {
  it('that does not block in the script holds it up as long as it takes', () => {
    expectPass(`${OPEN}
+0 poll([{fd=4, events=POLLIN, revents=0}], 1, 3000) = 0
+0 < P. 1:101(100) ack 1 win 1000
+0 > . 1:1(0) ack 101`);
  });

  it('that never returns fails', () => {
    expect(outcomeOf(`${OPEN}+0 read(4, ..., 10) = 0`)).toContain(
      'read() blocks, and nothing can happen until it returns',
    );
  });

  it('may be made a second later beside one that blocks', () => {
    expectPass(`${OPEN}
+0...3 read(4, ..., 10) = 0
+1.5 write(4, ..., 10) = 10
+0 > P. 1:11(10) ack 1
+.1 < . 1:1(0) ack 11 win 1000
+1.4 < F. 1:1(0) ack 11 win 1000
+0~+.06 > . 11:11(0) ack 2`);
  });
});

describe('a packet at any time', () => {
  it('is waited for without end', () => {
    expectPass(`${OPEN}
+0 setsockopt(4, SOL_TCP, TCP_KEEPIDLE, [3000], 4) = 0
+0 setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
* > . 0:0(0) ack 1
+0 < . 1:1(0) ack 1 win 1000`);
  });

  it('fails when nothing can send it any more', () => {
    expect(outcomeOf(`${OPEN}* > . 1:1(0) ack 1`)).toContain('the packet did not come');
  });
});

describe('a relative time', () => {
  it('counts between two inbound packets from when the first was to be sent', () => {
    expectPass(`${OPEN}
+.1 < P. 1:101(100) ack 1 win 1000
+.1 < P. 101:201(100) ack 1 win 1000
0.21 read(4, ..., 1000) = 200`);
  });
});

describe('what surrounds the events', () => {
  it('the last command is run, and what fails in the script goes before what fails in it', () => {
    const failing = `${OPEN}+0 close(4) = -1 EPIPE\n\`./st.sh none\``;
    expect(outcomeOf(failing)).toContain('close() returned 0');
  });

  it('a wrong packet is a warning with --non_fatal=packet, a missing one is not', () => {
    const wrong = `--non_fatal=packet\n${OPEN}+0 close(4) = 0\n+0 > FP. 1:1(0) ack 1\n`;
    const { outcome, warnings } = runText(wrong);
    expect([outcome, warnings]).toEqual(['passed', ['line 11: the packet is not as expected: flags']]);
    expect(outcomeOf(`${wrong}+0 < . 1:1(0) ack 2 win 1000\n+0 > . 2:2(0) ack 1\n`)).toContain(
      'did not come',
    );
  });

  it('--init_scripts are run first', () => {
    const text = `--init_scripts=a.sh,b.sh\n${LISTENING}+0 < S 0:0(0) win 1000 <mss 1000,sackOK,TS val 1 ecr 0>\n+0 > S. 0:0(0) ack 1 <mss 1460>`;
    const readScript = (path: string): string =>
      path === 'a.sh' ? 'sysctl -q net.ipv4.tcp_sack=0' : 'sysctl -q net.ipv4.tcp_timestamps=0';
    expect(drill(text, { readScript }).outcome).toBe('passed');
  });

  it('settings that mean nothing here are listed, unknown ones make the script unsupported', () => {
    const { ignored } = runText(
      `\`sysctl -q net.ipv4.tcp_fack=1; tc qdisc add dev tun0 root pfifo\`\n${OPEN}`,
    );
    expect(ignored).toEqual([
      'net.ipv4.tcp_fack: nothing here that it sets',
      'tc qdisc add dev tun0 root pfifo: the device has a plain queue',
    ]);
    expect(outcomeOf(`\`sysctl -q net.ipv4.tcp_thin_linear_timeouts=1\`\n${OPEN}`)).toContain('unsupported');
    expect(outcomeOf(`${LISTENING}+0 \`sysctl -q net.ipv4.tcp_thin_linear_timeouts=1\``)).toContain(
      'unsupported: line 5: sysctl net.ipv4.tcp_thin_linear_timeouts',
    );
  });

  it('options of what is not there make the script unsupported', () => {
    const syn = (option: string): string =>
      outcomeOf(`${LISTENING}+0 < S 0:0(0) win 1000 <mss 1000,${option}>`);
    expect(syn('md5 00112233445566778899aabbccddeeff,nop,nop')).toContain('unsupported');
    expect(outcomeOf(`${OPEN}+0 getsockopt(4, SOL_TCP, TCP_INFO, ..., [8]) = 0`)).toContain('unsupported');
  });

  it('the same script gives the same result each time', () => {
    const text = `${OPEN}+0 write(4, ..., 100) = 100\n+0 > . 1:101(100) ack 2`;
    expect(outcomeOf(text)).toBe(outcomeOf(text));
  });
});

it('gives the host before the script begins, and tells of each event in its order', () => {
  const seen: string[] = [];
  const result = runText(`${OPEN}+0 close(4) = 0\n+0 > F. 1:1(0) ack 1`, {
    onHost: (host) => seen.push(host.name),
    onEvent: ({ position, action }) => seen.push(`${position.line} ${action.kind}`),
  });
  expect(result.outcome).toBe('passed');
  expect(seen).toEqual([
    'stack',
    ...['1 call', '2 call', '3 call', '4 call'],
    ...['5 tcp', '6 tcp', '7 tcp', '8 call', '9 call', '10 tcp'],
  ]);
  expect(() => runText(OPEN, { onHost: 3 as never })).toThrow('onHost must be a function, not 3');
});
