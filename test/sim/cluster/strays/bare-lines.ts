import { NetworkPeerChannels } from '../../../../broker/server/network-peer-channels.ts';
import type { PeerChannel } from '../../../../broker/server/peer-channel.ts';
import type { Environment } from '../../../../src/base/environment.ts';
import { brokerHost } from '../broker-config.ts';

const PORTS = { broker: 9092, controller: 9093 } as const;

/** Lines to all brokers and controllers, for bare requests, of which nothing is sent twice. */
export class BareLines {
  readonly #channels: NetworkPeerChannels;
  readonly #lines = new Map<string, PeerChannel>();

  constructor(environment: Environment, clientId: string) {
    this.#channels = new NetworkPeerChannels({
      environment,
      clientId,
      requestTimeoutMs: 1_000,
      connectTimeoutMs: 500,
      responseBytesMax: 2 ** 20,
    });
  }

  /** The line to a broker, or to its controller; one that is broken is opened anew with the next request. */
  to(id: number, listener: keyof typeof PORTS = 'broker'): PeerChannel {
    const name = `${listener} ${id}`;
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = this.#channels.to(id, { host: brokerHost(id), port: PORTS[listener] });
      this.#lines.set(name, line);
    }
    return line;
  }

  close(): void {
    this.#channels.close();
  }
}
