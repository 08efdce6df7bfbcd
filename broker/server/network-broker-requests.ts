import { mustStop } from '../../src/base/assert.ts';
import type { Address } from '../../src/base/environment.ts';
import { type AssertionFailure, OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import type { BrokerRequests } from './broker-requests.ts';
import { OwnExchange } from './own-exchange.ts';
import type { PeerChannel, PeerChannels } from './peer-channel.ts';
import type { AnyRequestHandler } from './request-handler.ts';

interface NetworkBrokerRequestsOptions {
  readonly logger: Logger;
  readonly nodeId: number;
  readonly peers: PeerChannels;
  /** Where another broker takes requests of brokers, by the newest metadata. */
  readonly addressOf: (nodeId: number) => Address | undefined;
  /** The listener on which brokers talk to each other. */
  readonly listener: string;
  /** What that listener serves here, by API key. */
  readonly handlers: () => ReadonlyMap<number, AnyRequestHandler>;
  /** Stops the broker: what a handler works on is shared by all, and it is broken. */
  readonly onAssertion: (failure: AssertionFailure) => void;
}

interface Line {
  readonly address: Address;
  readonly channel: PeerChannel;
}

/** One line to each broker that was asked for, opened by the first request to it; the own broker has none. */
export class NetworkBrokerRequests implements BrokerRequests {
  readonly #options: NetworkBrokerRequestsOptions;
  readonly #lines = new Map<number, Line>();
  #isClosed = false;

  constructor(options: NetworkBrokerRequestsOptions) {
    this.#options = options;
  }

  async send<A extends Api>(
    nodeId: number,
    api: A,
    version: number,
    request: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    if (this.#isClosed) throw new OperationalError('CLOSED', 'this broker closes', { retriable: false });
    if (nodeId === this.#options.nodeId) return this.#sendToSelf(api, version, request);
    const { channel } = this.#lineTo(nodeId);
    try {
      return await channel.send(api, version, request);
    } catch (error) {
      // The broker is at another address now: whether the one at the old one has had the request nobody knows.
      if (!this.#isClosed && error instanceof OperationalError && error.code === 'CLOSED') {
        throw new OperationalError('DISCONNECTED', `node ${nodeId} has moved`, {
          retriable: true,
          cause: error,
        });
      }
      throw error;
    }
  }

  /** Ends all requests that wait for an answer. */
  close(): void {
    this.#isClosed = true;
    for (const { channel } of this.#lines.values()) channel.close();
    this.#lines.clear();
  }

  #sendToSelf<A extends Api>(api: A, version: number, request: RequestInput<A>): Promise<ResponseOf<A>> {
    const { nodeId, listener, handlers, logger, onAssertion } = this.#options;
    const handler = handlers().get(api.key);
    if (handler === undefined) {
      throw new OperationalError('UNKNOWN_BROKER', `this broker does not serve ${api.name}`, {
        retriable: true,
      });
    }
    const exchange = new OwnExchange(api, {
      handler,
      version,
      listener,
      clientId: `broker-${nodeId}`,
      onBug: ({ name, key }, error) => {
        logger.error(`${name} failed`, { error, apiKey: key, apiVersion: version, client: 'this broker' });
        if (mustStop(error)) onAssertion(error);
      },
    });
    return exchange.run(request);
  }

  #lineTo(nodeId: number): Line {
    const { addressOf, peers } = this.#options;
    const address = addressOf(nodeId);
    if (address === undefined) {
      throw new OperationalError('UNKNOWN_BROKER', `node ${nodeId} is at no known address`, {
        retriable: true,
      });
    }
    const line = this.#lines.get(nodeId);
    if (line?.address.host === address.host && line.address.port === address.port) return line;
    line?.channel.close();
    const opened = { address, channel: peers.to(nodeId, address) };
    this.#lines.set(nodeId, opened);
    return opened;
  }
}
