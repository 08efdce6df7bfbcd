import { StreamRecord } from '../../record.ts';
import type { Serde } from '../../serde.ts';
import type { NodeFactory } from '../../topology/nodes.ts';
import type { Change } from '../change.ts';
import type { Operator, OperatorContext } from '../operator.ts';
import { operatorNode } from '../operator-node.ts';
import { Instruction, type SubscriptionMessage } from './messages.ts';
import { rowHash } from './row-hash.ts';
import { settled } from '../user-answers.ts';

interface SendSettings<K, V, KO> {
  readonly foreignKey: (value: V, key: K) => KO | null;
  readonly foreignKeySerde: Serde<KO>;
  readonly valueSerde: Serde<V>;
  readonly topic: string;
  readonly left: boolean;
  readonly versioned: () => boolean;
}

/** Tells the other table, for each change of a row, which of its rows the row refers to now, and no longer (KIP-213). */
export function sendSubscriptions<K, V, KO>(settings: SendSettings<K, V, KO>): NodeFactory {
  return operatorNode<K, Change<V>, KO | null, SubscriptionMessage<K>>(
    (context) => new SendSubscriptions(context, settings),
    { keepsKey: false },
  );
}

class SendSubscriptions<K, V, KO> implements Operator<K, Change<V>> {
  readonly #context: OperatorContext<KO | null, SubscriptionMessage<K>>;
  readonly #settings: SendSettings<K, V, KO>;
  readonly #latestOnly: boolean;

  constructor(context: OperatorContext<KO | null, SubscriptionMessage<K>>, settings: SendSettings<K, V, KO>) {
    this.#context = context;
    this.#settings = settings;
    this.#latestOnly = settings.versioned();
  }

  process(record: StreamRecord<K, Change<V>>): void {
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

  #foreignKeyOf(value: V | null, key: K): KO | null {
    return value === null
      ? null
      : settled(this.#settings.foreignKey(value, key), 'the foreign key extractor');
  }

  /** Every change must be answered, since every row has a result; a deletion is sent under a null key. */
  #tellLeft(record: StreamRecord<K, Change<V>>, before: KO | null, after: KO | null): void {
    if (before !== null && this.#differ(before, after))
      this.#send(record, before, Instruction.DELETE_KEY_NO_PROPAGATE);
    this.#send(record, after, Instruction.PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE);
  }

  #tellInner(record: StreamRecord<K, Change<V>>, before: KO | null, after: KO | null): void {
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

  #differ(before: KO, after: KO | null): boolean {
    if (after === null) return true;
    const { foreignKeySerde, topic } = this.#settings;
    const one = foreignKeySerde.serialize(topic, before);
    const two = foreignKeySerde.serialize(topic, after);
    return one === null || two === null ? one !== two : !one.equals(two);
  }

  #send(record: StreamRecord<K, Change<V>>, foreignKey: KO | null, instruction: Instruction): void {
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
