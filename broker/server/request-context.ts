import type { Address } from '../../src/base/environment.ts';

/** Who asks and how: the request header together with the connection that it came over. */
export interface RequestContext {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** Name of the listener that accepted the connection, such as `PLAINTEXT` or `CONTROLLER`. */
  readonly listener: string;
  /** What the client dialled: this end of its connection. */
  readonly local: Address;
  /** The client's end of the connection. */
  readonly remote: Address;
  /** True once the connection has ended: what waits for it may be dropped. */
  readonly closed: boolean;
  /** Ends the connection without a response, as acks=0 demands when an append fails. */
  disconnect(): void;
}
