/** Under what name a producer writes: brokers count its sequence numbers per partition by it. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}
