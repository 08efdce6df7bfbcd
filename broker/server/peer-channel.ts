import type { Address } from '../../src/base/environment.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';

/**
 * A broker's line to another broker or controller: requests go out pipelined on one connection, which is opened when
 * the first request needs it and opened anew after it broke.
 */
export interface PeerChannel {
  /**
   * Sends one request and resolves with the decoded response body.
   *
   * @throws {OperationalError} (retriable) with code `CONNECTION_REFUSED`, `HOST_NOT_FOUND`, `TIMED_OUT`,
   * `DISCONNECTED` (the request may or may not have been handled) or `CLOSED` (this end closed the channel).
   */
  send<A extends Api>(api: A, version: number, request: RequestInput<A>): Promise<ResponseOf<A>>;
  /** Closes the connection; requests in flight reject with `CLOSED`. */
  close(): void;
}

/** Makes channels; each call opens a line of its own, so that one user's long poll never holds up another's requests. */
export interface PeerChannels {
  to(nodeId: number, address: Address): PeerChannel;
}
