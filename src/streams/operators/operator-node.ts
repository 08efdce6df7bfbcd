import type { OperatorFunction } from 'rxjs';
import type { AnyRecord } from '../record.ts';
import type { Operator, OperatorContext } from './operator.ts';

/** How a node is made for a task: of RxJS operators, or of an {@link Operator}. */
export type NodeFactory =
  | {
      readonly type: 'rx';
      /** What it forwards has the key of what it got: stores behind it can be prefetched by the source's keys. */
      readonly keepsKey: boolean;
      readonly create: (context: OperatorContext) => OperatorFunction<AnyRecord, AnyRecord>;
    }
  | {
      readonly type: 'operator';
      readonly keepsKey: boolean;
      readonly create: (context: OperatorContext) => Operator;
    };

/** Makes a node of an {@link Operator}. The graph forgets the types; the signatures of the DSL have checked them. */
export function operatorNode<K, V, KOut, VOut>(
  create: (context: OperatorContext<KOut, VOut>) => Operator<K, V>,
  options: { readonly keepsKey: boolean },
): NodeFactory {
  return {
    type: 'operator',
    keepsKey: options.keepsKey,
    create: create as (context: OperatorContext) => Operator,
  };
}
