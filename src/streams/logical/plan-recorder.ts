import { DiagnosticError } from '../../base/errors.ts';
import type { LogicalNode } from './nodes/logical-node.ts';
import type { NodeNames } from './nodes/node-kind.ts';
import { Names } from './passes/naming.ts';
import { Repartitions } from './passes/repartition.ts';
import type { LogicalPlan } from './plan.ts';

/**
 * Writes down what the DSL is asked for. Names are given while it is, so that what cannot be is refused by the call that
 * asks for it, and leaves no trace; everything else is decided when the topology is built.
 */
export class PlanRecorder {
  readonly #nodes: LogicalNode[] = [];
  readonly #repartitions = new Repartitions();
  readonly #names = new Names(this.#repartitions);

  /** Returns the node. @throws {DiagnosticError} where it cannot be. */
  add<N extends LogicalNode>(node: N): N {
    if (!node.inputs.every((input) => this.#names.has(input))) {
      throw new DiagnosticError({
        message: 'streams and tables of two StreamsBuilders cannot meet',
        hint: 'make all streams and tables of a topology with one StreamsBuilder',
      });
    }
    this.#repartitions.add(node);
    this.#names.add(node);
    this.#nodes.push(node);
    return node;
  }

  namesOf(node: LogicalNode): NodeNames {
    return this.#names.of(node);
  }

  plan(): LogicalPlan {
    return Object.freeze({ nodes: Object.freeze([...this.#nodes]) });
  }
}
