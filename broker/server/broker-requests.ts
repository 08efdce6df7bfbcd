import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';

/** Asks brokers of the cluster by their node ids, as a coordinator or a leader asks those that it works with. */
export interface BrokerRequests {
  /**
   * Sends one request to the listener on which brokers talk to each other and resolves with the decoded response body.
   * Requests to one broker go out pipelined on one connection; those to the own broker go to the handler without one.
   *
   * @throws {OperationalError} (retriable) as `PeerChannel.send` does, and `UNKNOWN_BROKER` where the metadata have no
   * address of that node: the request was not sent.
   */
  send<A extends Api>(
    nodeId: number,
    api: A,
    version: number,
    request: RequestInput<A>,
  ): Promise<ResponseOf<A>>;
}
