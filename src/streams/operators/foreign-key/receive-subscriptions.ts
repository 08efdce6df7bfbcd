import { unreachable } from '../../../base/assert.ts';
import { StreamRecord } from '../../record.ts';
import type { SubscriptionState } from '../../state/states.ts';
import { type NodeFactory, operatorNode } from '../operator-node.ts';
import type { Operator, OperatorContext } from '../operator.ts';
import { type TableView, tableView, type TableViewSettings } from '../table-view.ts';
import { Instruction, type ResponseMessage, type SubscriptionMessage } from './messages.ts';

export interface ReceiveSettings {
  readonly type: 'foreign-key-receive';
  readonly storeName: string;
}

/** Keeps who refers to which key. */
export function receiveSubscriptions({ storeName }: ReceiveSettings): NodeFactory {
  type Message = SubscriptionMessage<unknown>;
  return operatorNode<unknown, Message, unknown, Message>(
    (context) => {
      const store = context.store<SubscriptionState<unknown, unknown>>(storeName);
      return {
        process(record) {
          const { key: foreignKey, value: message, timestamp } = record;
          const { instruction, primaryKey, hash, primaryPartition } = message;
          if (foreignKey === null) {
            if (instruction !== Instruction.PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE) {
              context.dropped('null-join-key');
              return;
            }
          } else if (
            instruction === Instruction.DELETE_KEY_AND_PROPAGATE ||
            instruction === Instruction.DELETE_KEY_NO_PROPAGATE
          ) {
            store.remove({ foreignKey, primaryKey });
          } else {
            store.put({ foreignKey, primaryKey, hash, primaryPartition, timestamp });
          }
          context.forward(record);
        },
      };
    },
    { keepsKey: true },
  );
}

export interface AnswerSettings {
  readonly type: 'foreign-key-answer';
  readonly view: TableViewSettings;
}

/** Answers a subscription with the row that it asks for. */
export function answerSubscriptions({ view }: AnswerSettings): NodeFactory {
  return operatorNode<unknown, SubscriptionMessage<unknown>, unknown, ResponseMessage<unknown>>(
    (context) => new AnswerSubscriptions(context, tableView(view, context)),
    { keepsKey: false },
  );
}

class AnswerSubscriptions<KO, K, VO> implements Operator<KO | null, SubscriptionMessage<K>> {
  readonly #context: OperatorContext<K, ResponseMessage<VO>>;
  readonly #rows: TableView<KO, VO>;

  constructor(context: OperatorContext<K, ResponseMessage<VO>>, rows: TableView<KO, VO>) {
    this.#context = context;
    this.#rows = rows;
  }

  prefetch(keyText: string): void {
    this.#rows.prefetch(keyText);
  }

  load(record: StreamRecord<KO | null, SubscriptionMessage<K>>): Promise<void> | undefined {
    return record.key === null ? undefined : this.#rows.load(record.key);
  }

  process(record: StreamRecord<KO | null, SubscriptionMessage<K>>): void {
    const { instruction, hash, primaryKey, primaryPartition } = record.value;
    const row = record.key === null ? undefined : this.#rows.get(record.key);
    const timestamp = row === undefined ? record.timestamp : Math.max(record.timestamp, row.timestamp);
    const answer = (foreignValue: VO | null): void =>
      this.#context.forward(
        new StreamRecord(primaryKey, { hash, foreignValue, primaryPartition }, timestamp, record.headers),
      );
    switch (instruction) {
      case Instruction.DELETE_KEY_NO_PROPAGATE:
        return;
      case Instruction.DELETE_KEY_AND_PROPAGATE:
        return answer(null);
      case Instruction.PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE:
        return answer(row?.value ?? null);
      case Instruction.PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE:
        if (row !== undefined) answer(row.value);
        return;
      default:
        unreachable(instruction);
    }
  }
}
