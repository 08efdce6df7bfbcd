import type { ArrayNode, BoundExpression, MapNode, StructNode } from '../bound/nodes.ts';
import type { Code } from './code.ts';
import type { Context } from './context.ts';

/** A new collection, which is never null. */
export function emitConstructor(node: ArrayNode | MapNode | StructNode, context: Context): Code {
  const list = (elements: readonly BoundExpression[]): string =>
    `[${elements.map((element) => context.emit(element, context).js).join(', ')}]`;
  return { js: constructed(node, list), nullable: false, strict: false };
}

function constructed(
  node: ArrayNode | MapNode | StructNode,
  list: (elements: readonly BoundExpression[]) => string,
): string {
  switch (node.kind) {
    case 'Array':
      return list(node.elements);
    case 'Struct':
      return list(node.values);
    case 'Map': {
      const { keys, values } = node;
      const entries = keys.map((key, index) => list([key, ...values.slice(index, index + 1)]));
      return `new Map([${entries.join(', ')}])`;
    }
  }
}
