/** What a client may take of an HTTP listener without getting on with anything. */
export interface ConnectionLimits {
  /** Connections at a time; one more is closed when it opens. */
  readonly connectionsMax: number;
  /** From the first byte that is awaited to the last one of the request's body. */
  readonly requestTimeoutMs: number;
  /** How long a connection stays open between requests. */
  readonly idleTimeoutMs: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  connectionsMax: 1_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
};
