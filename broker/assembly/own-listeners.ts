import type { Address } from '../../src/base/environment.ts';
import type { BrokerTopology } from '../config/topology.ts';
import type { RegisteredListener } from '../lifecycle/broker-lifecycle-manager.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { SocketServer } from '../server/socket-server.ts';

const NOWHERE: Address = { host: '', port: 0 };

/** The addresses that a broker has taken, and those that it tells others. */
export class OwnListeners {
  readonly #topology: BrokerTopology;
  readonly #addresses = new Map<string, Address>();

  constructor(topology: BrokerTopology) {
    this.#topology = topology;
  }

  /**
   * Takes the addresses. Connections to the controller are served at once, those to the others wait for {@link open}.
   * @throws {OperationalError} with code `ADDRESS_IN_USE` or `ADDRESS_NOT_AVAILABLE`.
   */
  async take(server: SocketServer): Promise<void> {
    const { controllerListener, listeners } = this.#topology;
    if (controllerListener !== undefined) {
      this.#addresses.set(controllerListener.name, await server.listen(controllerListener));
      server.open(controllerListener.name);
    }
    for (const listener of listeners) this.#addresses.set(listener.name, await server.listen(listener));
  }

  /** Begins to serve clients. */
  open(server: SocketServer): void {
    for (const { name } of this.#topology.listeners) server.open(name);
  }

  /** Where clients connect: the first listener for clients, with its real port. */
  get clientAddress(): Address {
    const [first] = this.#topology.listeners;
    return this.#addressOf(first?.name ?? '');
  }

  /** What others are told: the advertised address of a listener, else the one that it has, by a name they can reach. */
  registered(): readonly RegisteredListener[] {
    const { advertised, reachableHost, listeners } = this.#topology;
    return listeners.map(({ name }) => {
      const bound = this.#addressOf(name);
      const told = advertised.get(name);
      if (told !== undefined)
        return { name, host: told.host, port: told.port === 0 ? bound.port : told.port };
      return { name, host: reachableHost(bound.host), port: bound.port };
    });
  }

  /** Where this broker takes requests to the metadata quorum; without a controller listener, where clients ask, too. */
  quorumEndpoints(): readonly RegisteredListener[] {
    const { controllerListener, reachableHost } = this.#topology;
    const bound = this.#addresses.get(controllerListener?.name ?? '');
    if (controllerListener === undefined || bound === undefined) return this.registered();
    return [{ name: controllerListener.name, host: reachableHost(bound.host), port: bound.port }];
  }

  /** Where another broker is: brokers talk to each other over the first listener for clients. */
  interBrokerAddress(brokerId: number, image: MetadataImage): Address | undefined {
    const [own] = this.#topology.listeners;
    const endpoint = image.brokers.get(brokerId)?.endpoints.find(({ name }) => name === own?.name);
    return endpoint === undefined ? undefined : { host: endpoint.host, port: endpoint.port };
  }

  #addressOf(name: string): Address {
    return this.#addresses.get(name) ?? NOWHERE;
  }
}
