import type { Address } from '../../src/base/environment.ts';
import type { BrokerRegistration, MetadataImage } from '../metadata/metadata-image.ts';
import type { RequestContext } from '../server/request-context.ts';

/** A broker as a client is told of it. */
export interface ClientEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

interface ClientEndpointsOptions {
  readonly nodeId: number;
  /** Listeners that `advertised.listeners` names: what they say is told to clients as it is. */
  readonly advertised: ReadonlySet<string>;
}

/**
 * Tells clients where brokers are. A client must be able to reach what it is told; so when nothing is advertised by
 * configuration, it is told the very address that it has just dialled, and for other brokers on the same host that
 * address with their port. Only what is advertised, and brokers elsewhere, are named as they registered.
 */
export class ClientEndpoints {
  readonly #options: ClientEndpointsOptions;

  constructor(options: ClientEndpointsOptions) {
    this.#options = options;
  }

  /** All brokers that clients may use through the listener of `context`. */
  all(image: MetadataImage, context: RequestContext): readonly ClientEndpoint[] {
    const endpoints: ClientEndpoint[] = [];
    for (const broker of image.brokers.values()) {
      const endpoint = broker.fenced ? undefined : this.#of(broker, image, context);
      if (endpoint !== undefined) endpoints.push(endpoint);
    }
    return endpoints.sort((a, b) => a.nodeId - b.nodeId);
  }

  /** One broker, fenced or not; undefined when it is unknown or has no such listener. */
  find(brokerId: number, image: MetadataImage, context: RequestContext): ClientEndpoint | undefined {
    const broker = image.brokers.get(brokerId);
    return broker === undefined ? undefined : this.#of(broker, image, context);
  }

  #of(broker: BrokerRegistration, image: MetadataImage, context: RequestContext): ClientEndpoint | undefined {
    const registered = endpointOf(broker, context.listener);
    if (registered === undefined) return undefined;
    const { nodeId, advertised } = this.#options;
    const told = (address: Address): ClientEndpoint => ({ nodeId: broker.id, ...address, rack: broker.rack });
    if (advertised.has(context.listener)) return told(registered);
    const dialled = { host: withoutMapping(context.local.host), port: context.local.port };
    if (broker.id === nodeId) return told(dialled);
    const self = image.brokers.get(nodeId);
    const own = self === undefined ? undefined : endpointOf(self, context.listener);
    return told(own?.host === registered.host ? { host: dialled.host, port: registered.port } : registered);
  }
}

function endpointOf(broker: BrokerRegistration, listener: string): Address | undefined {
  const endpoint = broker.endpoints.find(({ name }) => name === listener);
  return endpoint === undefined ? undefined : { host: endpoint.host, port: endpoint.port };
}

/** An IPv4 client of a dual-stack socket shows as `::ffff:127.0.0.1`. */
function withoutMapping(host: string): string {
  return host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host;
}
