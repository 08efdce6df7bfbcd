import type { NodeFactory } from '../topology/nodes.ts';
import type { Operator, OperatorContext } from './operator.ts';

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
