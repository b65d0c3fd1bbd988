import type { IpAddress } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { Bench, ip, OWN, PEER, TestDevice } from '../bench.ts';

/** A device that writes down what it is advised of. */
class AdvisedDevice extends TestDevice {
  readonly advice: string[] = [];

  onNegativeAdvice(destination: IpAddress): void {
    this.advice.push(destination.toString());
  }
}

const FAR = ip('198.51.100.7');
const ANY = ip('0.0.0.0');

function gateways(count: number): { bench: Bench; devices: AdvisedDevice[] } {
  const bench = new Bench();
  const devices = Array.from({ length: count }, () => new AdvisedDevice());
  for (const [index, device] of devices.entries()) {
    const address = ip(`192.0.2.${index + 1}`);
    bench.host.addInterface(device, [{ address, prefixLength: 32 }]);
    bench.host.addRoute(ANY, 0, device, OWN);
  }
  return { bench, devices };
}

const counts = (devices: readonly TestDevice[]): number[] => devices.map(({ sent }) => sent.splice(0).length);

describe('negative advice to IP (MUST-20)', () => {
  it('reaches the device after R1 retransmissions, and not before', () => {
    const { bench, devices } = gateways(1);
    bench.connect(FAR);
    bench.clock.advanceBy(2500);
    expect(devices[0]?.advice).toEqual([]);
    bench.clock.advanceBy(2000);
    expect(devices[0]?.advice).toEqual(['198.51.100.7']);
  });

  it('lets the connection go by another gateway, and later ones as well', () => {
    const { bench, devices } = gateways(2);
    bench.connect(FAR);
    bench.clock.advanceBy(2500);
    expect(counts(devices).map((count) => count > 0)).toEqual([true, false]);
    bench.clock.advanceBy(2000);
    counts(devices);
    bench.connect(FAR, 81);
    expect(counts(devices)).toEqual([0, 1]);
  });

  it('leaves ways to other prefixes as they are', () => {
    const { bench, devices } = gateways(2);
    bench.connect(PEER);
    bench.clock.advanceBy(20_000);
    bench.connect(FAR);
    expect(counts(devices)).toEqual([1, 0]);
  });

  it('changes nothing where there is one way only', () => {
    const bench = new Bench();
    bench.connect(PEER);
    bench.clock.advanceBy(20_000);
    expect(bench.sent().length).toBeGreaterThan(5);
  });

  it('takes the MTU of the other way along', () => {
    const { bench, devices } = gateways(2);
    Object.defineProperty(devices[1], 'mtu', { value: 1000 });
    const hosted = bench.connected(FAR);
    hosted.connection.send(new Uint8Array(1460));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    expect(hosted.connection.path.mtu).toBe(1500);
    bench.clock.advanceBy(8000);
    const octets = (devices[1]?.sent ?? []).map(({ segment }) => segment.payload.length);
    expect(hosted.connection.path.mtu).toBe(1000);
    expect([octets.length > 0, Math.max(...octets) <= 960]).toEqual([true, true]);
  });
});
