import type { Host } from '@halfclose/stack';
import { checkHas } from '@halfclose/codec/arguments';
import { defaultHost } from './default-host.ts';
import { invalidArgumentType } from '../errors.ts';
import { Network } from './network.ts';
import { Routing } from './routing.ts';

/**
 * What the sockets of one program on a host share: that of a process, where several programs share one. Which program a call
 * comes from, a {@link NetworkChooser} says.
 */
export interface ProgramNetwork {
  /** The host that its sockets and servers are on. */
  readonly host: Host;
  /** Whether {@link ProgramNetwork.stop} was called. */
  readonly isStopped: boolean;
  /**
   * From now on none of its sockets and servers tells anything any more, as if the program had ended at once. Their
   * connections stay with the host, which goes on answering for them.
   */
  stop(): void;
}

/**
 * Says which network a call belongs to, whenever a program connects, listens or binds; `null`: that of the kernel. Mostly by
 * an `AsyncLocalStorage`: connections that are accepted belong to the async context of their server.
 */
export type NetworkChooser = () => ProgramNetwork | null;

/**
 * The network of a program on `host`.
 *
 * @throws TypeError for what is no host
 */
export function createNetwork(host: Host): ProgramNetwork {
  checkHas('host', host, ['connect', 'listen'], 'a Host');
  return new Network(host, null, true);
}

/** What {@link createNetOn} asks: the network that `choose` says, or one that leaves everything to the kernel. */
export function chosenBy(choose: NetworkChooser): () => Network {
  return () => {
    const chosen: ProgramNetwork | null = choose();
    if (chosen === null) return kernelNetwork();
    if (chosen instanceof Network) return chosen;
    throw invalidArgumentType('network()', 'what createNetwork() returned, or null', chosen);
  };
}

let ofKernel: Network | undefined;

function kernelNetwork(): Network {
  return (ofKernel ??= new Network(defaultHost(), new Routing(defaultHost, { only: { ports: [] } })));
}
