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
  /**
   * Calls back when the connection ends before the request is answered, so that what waits can be given up. At most one
   * callback per request; none is called once the request is answered.
   */
  onClosed(callback: () => void): void;
  /**
   * Calls back when the operating system has taken the response, so that its memory may be used again. Set before the
   * reply; not called where the connection ends first.
   */
  onSent(callback: () => void): void;
  /** Makes a callback that completes the request later fail as the handler itself would: it is logged and answered. */
  guard<T extends readonly unknown[]>(work: (...args: T) => void): (...args: T) => void;
  /** Lets the connection's next requests wait until what it answers is called, as Kafka does with every request. */
  hold(): () => void;
  /** Ends the connection without a response, as acks=0 demands when an append fails. */
  disconnect(): void;
}
