import { DiagnosticError } from '../../../base/errors.ts';

/** How deep an expression of a plan may nest; what works on expressions calls itself for each level. */
const EXPRESSION_DEPTH_MAX = 1_000;

/** How many nodes an expression of a plan may have. */
const EXPRESSION_NODES_MAX = 100_000;

/** Counts the nodes of one expression, when it is recorded and when it is read. */
export class NodeCount {
  #nodes = 0;

  /** @throws {DiagnosticError} for an expression that is too deep or too large. */
  add(depth: number): void {
    if (depth > EXPRESSION_DEPTH_MAX) {
      throw new DiagnosticError({
        message: `an expression nests deeper than ${EXPRESSION_DEPTH_MAX} levels`,
        hint: 'compute parts of it in a stream or table of its own',
      });
    }
    if (++this.#nodes <= EXPRESSION_NODES_MAX) return;
    throw new DiagnosticError({
      message: `an expression has more than ${EXPRESSION_NODES_MAX} parts`,
      hint: 'compute parts of it in a stream or table of its own',
    });
  }
}
