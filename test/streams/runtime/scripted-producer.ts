import type {
  ConsumerGroupMetadata,
  DeliveryCallback,
  OffsetAndMetadata,
  ProducerRecord,
  RecordMetadata,
  TransactionalKafkaProducer,
} from '../../../src/client/index.ts';

/** What a producer was told, in order; and what it answers to the next call of a name. */
export class Script {
  readonly calls: string[] = [];
  readonly failures = new Map<string, Error[]>();
  producers = 0;

  fail(call: string, ...errors: Error[]): void {
    this.failures.set(call, errors);
  }
}

/** A transactional producer without a cluster: it keeps the rules of one, and fails where its script says so. */
export class ScriptedProducer implements TransactionalKafkaProducer {
  readonly #script: Script;
  readonly #number: number;
  #waiting: DeliveryCallback[] = [];
  #isOpen = false;

  constructor(script: Script) {
    this.#script = script;
    this.#number = ++script.producers;
  }

  initTransactions(): Promise<void> {
    return this.#answer('init');
  }

  beginTransaction(): void {
    this.#note('begin');
    if (this.#isOpen) throw new Error('a transaction is open');
    this.#isOpen = true;
  }

  send({ value }: ProducerRecord, onDelivery?: DeliveryCallback): void {
    this.#note(`send ${String(value)}`);
    if (!this.#isOpen) throw new Error('no transaction is open');
    if (onDelivery !== undefined) this.#waiting.push(onDelivery);
  }

  sendOffsetsToTransaction(
    offsets: readonly OffsetAndMetadata[],
    { generationId }: ConsumerGroupMetadata,
  ): Promise<void> {
    if (!this.#isOpen) throw new Error('no transaction is open');
    return this.#answer(`offsets ${offsets.map(({ offset }) => offset).join()} of ${generationId}`);
  }

  async commitTransaction(): Promise<void> {
    await this.#answer('commit');
    this.#isOpen = false;
    this.#settle(null);
  }

  async abortTransaction(): Promise<void> {
    await this.#answer('abort');
    this.#isOpen = false;
    this.#settle(new Error('TRANSACTION_ABORTED'));
  }

  flush(): Promise<void> {
    this.#settle(this.#script.failures.get('delivery')?.shift() ?? null);
    return Promise.resolve();
  }

  ready(): undefined {
    return undefined;
  }

  sendAndWait(): Promise<RecordMetadata> {
    return Promise.reject(new Error('Streams has no use for it'));
  }

  partitionsFor(): Promise<number> {
    return Promise.resolve(1);
  }

  close(): Promise<void> {
    this.#note('close');
    this.#settle(new Error('CLOSED'));
    return Promise.resolve();
  }

  #note(call: string): void {
    this.#script.calls.push(this.#number === 1 ? call : `${call} (${this.#number})`);
    const name = call.split(' ')[0] ?? '';
    const failure = this.#script.failures.get(name)?.shift();
    if (failure !== undefined) throw failure;
  }

  async #answer(call: string): Promise<void> {
    await Promise.resolve();
    this.#note(call);
  }

  #settle(error: Error | null): void {
    for (const told of this.#waiting.splice(0)) told(error, error === null ? 0 : -1, 0, -1, undefined);
  }
}
