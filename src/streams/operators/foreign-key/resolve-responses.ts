import type { ValueJoiner } from '../../builder/functions.ts';
import { StreamRecord } from '../../record.ts';
import type { Serde } from '../../serde.ts';
import type { NodeFactory } from '../../topology/nodes.ts';
import type { Operator, OperatorContext } from '../operator.ts';
import { operatorNode } from '../operator-node.ts';
import type { TableView, TableViewFactory } from '../table-view.ts';
import type { ResponseMessage } from './messages.ts';
import { rowHash } from './row-hash.ts';
import { settled } from '../user-answers.ts';

interface ResolveSettings<K, V, VO, VR> {
  readonly view: TableViewFactory<K, V>;
  readonly valueSerde: Serde<V>;
  /** The topic that the row was hashed for. */
  readonly topic: string;
  readonly joiner: ValueJoiner<K, V, VO, VR>;
  readonly left: boolean;
}

/** Joins an answer with the row that asked, unless the row has changed in the meantime: a newer answer is on its way. */
export function resolveResponses<K, V, VO, VR>(settings: ResolveSettings<K, V, VO, VR>): NodeFactory {
  return operatorNode<K, ResponseMessage<VO>, K, VR | null>(
    (context) => new ResolveResponses(context, settings),
    { keepsKey: true },
  );
}

class ResolveResponses<K, V, VO, VR> implements Operator<K, ResponseMessage<VO>> {
  readonly #context: OperatorContext<K, VR | null>;
  readonly #settings: ResolveSettings<K, V, VO, VR>;
  readonly #rows: TableView<K, V>;

  constructor(context: OperatorContext<K, VR | null>, settings: ResolveSettings<K, V, VO, VR>) {
    this.#context = context;
    this.#settings = settings;
    this.#rows = settings.view.create(context);
  }

  prefetch(keyBytes: Buffer): void {
    this.#rows.prefetch(keyBytes);
  }

  load(record: StreamRecord<K, ResponseMessage<VO>>): Promise<void> | undefined {
    return this.#rows.load(record.key);
  }

  process(record: StreamRecord<K, ResponseMessage<VO>>): void {
    const { key, value: response } = record;
    const { valueSerde, topic, joiner, left } = this.#settings;
    const current = this.#rows.get(key)?.value ?? null;
    const hash = rowHash(valueSerde, topic, current);
    if (hash === null || response.hash === null ? hash !== response.hash : !hash.equals(response.hash)) {
      this.#context.dropped('stale-response');
      return;
    }
    const { foreignValue } = response;
    const deleted = current === null || (foreignValue === null && !left);
    // The left join's own type says that its joiner takes null.
    const result = deleted ? null : settled(joiner(current, foreignValue as VO, key), 'the joiner');
    this.#context.forward(new StreamRecord(key, result, record.timestamp, record.headers));
  }
}
