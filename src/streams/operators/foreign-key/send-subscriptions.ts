import { StreamRecord } from '../../record.ts';
import type { Erased } from '../../erased.ts';
import type { Serde } from '../../serde.ts';
import { type NodeFactory, operatorNode } from '../operator-node.ts';
import type { Change } from '../../change.ts';
import type { Operator, OperatorContext } from '../operator.ts';
import { Instruction, type SubscriptionMessage } from './messages.ts';
import { rowHash } from './row-hash.ts';
import { settled } from '../user-answers.ts';

export interface SendSettings {
  readonly type: 'foreign-key-send';
  readonly foreignKey: Erased<(value: unknown, key: unknown) => unknown>;
  readonly foreignKeySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly topic: string;
  readonly left: boolean;
  /** The table is versioned: only what is the latest of its key counts. */
  readonly latestOnly: boolean;
}

/** Tells the other table, for each change of a row, which of its rows the row refers to now, and no longer (KIP-213). */
export function sendSubscriptions(settings: SendSettings): NodeFactory {
  return operatorNode<unknown, Change<unknown>, unknown, SubscriptionMessage<unknown>>(
    (context) => new SendSubscriptions(context, settings),
    { keepsKey: false },
  );
}

type ChangedRow = StreamRecord<unknown, Change<unknown>>;

class SendSubscriptions implements Operator<unknown, Change<unknown>> {
  readonly #context: OperatorContext<unknown, SubscriptionMessage<unknown>>;
  readonly #settings: SendSettings;
  readonly #latestOnly: boolean;

  constructor(context: OperatorContext<unknown, SubscriptionMessage<unknown>>, settings: SendSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#latestOnly = settings.latestOnly;
  }

  process(record: ChangedRow): void {
    const { newValue, oldValue, isLatest } = record.value;
    if (this.#latestOnly && !isLatest) {
      this.#context.dropped('expired-store');
      return;
    }
    if (oldValue === null && newValue === null) return;
    const before = this.#foreignKeyOf(oldValue, record.key);
    const after = this.#foreignKeyOf(newValue, record.key);
    if (this.#settings.left) this.#tellLeft(record, before, after);
    else this.#tellInner(record, before, after);
  }

  #foreignKeyOf(value: unknown, key: unknown): unknown {
    return value === null
      ? null
      : settled(this.#settings.foreignKey(value, key), 'the foreign key extractor');
  }

  /** Every change must be answered, since every row has a result; a deletion is sent under a null key. */
  #tellLeft(record: ChangedRow, before: unknown, after: unknown): void {
    if (before !== null && this.#differ(before, after))
      this.#send(record, before, Instruction.DELETE_KEY_NO_PROPAGATE);
    this.#send(record, after, Instruction.PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE);
  }

  #tellInner(record: ChangedRow, before: unknown, after: unknown): void {
    if (after === null) {
      if (record.value.newValue !== null) this.#context.dropped('null-join-key');
      if (before !== null) this.#send(record, before, Instruction.DELETE_KEY_AND_PROPAGATE);
      return;
    }
    if (before !== null && this.#differ(before, after)) {
      this.#send(record, before, Instruction.DELETE_KEY_NO_PROPAGATE);
      // The old reference may have joined: where the new one does not, the old result has to be deleted.
      this.#send(record, after, Instruction.PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE);
      return;
    }
    this.#send(record, after, Instruction.PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE);
  }

  #differ(before: unknown, after: unknown): boolean {
    if (after === null) return true;
    const { foreignKeySerde, topic } = this.#settings;
    const one = foreignKeySerde.serialize(topic, before);
    const two = foreignKeySerde.serialize(topic, after);
    return one === null || two === null ? one !== two : !one.equals(two);
  }

  #send(record: ChangedRow, foreignKey: unknown, instruction: Instruction): void {
    const { valueSerde, topic } = this.#settings;
    const message = {
      instruction,
      hash: rowHash(valueSerde, topic, record.value.newValue),
      primaryKey: record.key,
      primaryPartition: Math.max(0, this.#context.record.partition),
    };
    this.#context.forward(new StreamRecord(foreignKey, message, record.timestamp, record.headers));
  }
}
