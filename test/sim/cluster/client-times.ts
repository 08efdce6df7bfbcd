/** Times of clients whose brokers have times of an order of magnitude less than Kafka's, see `simulated-cluster.ts`. */
export const QUICK_TIMES = {
  requestTimeoutMs: 1_000,
  connectTimeoutMs: 500,
  retryBackoffMs: 20,
  retryBackoffMsMax: 200,
  reconnectBackoffMsMax: 300,
} as const;
