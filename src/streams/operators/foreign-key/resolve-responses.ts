import type { Erased } from '../../erased.ts';
import type { ValueJoiner } from '../../functions.ts';
import { StreamRecord } from '../../record.ts';
import type { Serde } from '../../serde.ts';
import { type NodeFactory, operatorNode } from '../operator-node.ts';
import type { Operator, OperatorContext } from '../operator.ts';
import { type TableView, tableView, type TableViewSettings } from '../table-view.ts';
import type { ResponseMessage } from './messages.ts';
import { isHashOf } from './row-hash.ts';
import { settled } from '../user-answers.ts';

export interface ResolveSettings {
  readonly type: 'foreign-key-resolve';
  readonly view: TableViewSettings;
  readonly valueSerde: Serde<unknown>;
  /** The topic that the row was hashed for. */
  readonly topic: string;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  readonly left: boolean;
}

/** Joins an answer with the row that asked, unless the row has changed in the meantime: a newer answer is on its way. */
export function resolveResponses(settings: ResolveSettings): NodeFactory {
  return operatorNode<unknown, Response, unknown, unknown>(
    (context) => new ResolveResponses(context, settings),
    { keepsKey: true },
  );
}

type Response = ResponseMessage<unknown>;

class ResolveResponses implements Operator<unknown, Response> {
  readonly #context: OperatorContext;
  readonly #settings: ResolveSettings;
  readonly #rows: TableView<unknown, unknown>;

  constructor(context: OperatorContext, settings: ResolveSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#rows = tableView(settings.view, context);
  }

  prefetch(keyText: string): void {
    this.#rows.prefetch(keyText);
  }

  load(record: StreamRecord<unknown, Response>): Promise<void> | undefined {
    return this.#rows.load(record.key);
  }

  process(record: StreamRecord<unknown, Response>): void {
    const { key, value: response } = record;
    const { valueSerde, topic, joiner, left } = this.#settings;
    const current = this.#rows.get(key)?.value ?? null;
    if (!isHashOf(response.hash, { serde: valueSerde, topic, value: current })) {
      this.#context.dropped('stale-response');
      return;
    }
    const { foreignValue } = response;
    const deleted = current === null || (foreignValue === null && !left);
    const result = deleted ? null : settled(joiner(current, foreignValue, key), 'the joiner');
    this.#context.forward(new StreamRecord(key, result, record.timestamp, record.headers));
  }
}
