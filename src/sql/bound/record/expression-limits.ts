import { DiagnosticError } from '../../../base/errors.ts';
import { recordedMessages } from '../../messages/recorded.ts';

/** How deep an expression of a plan may nest; what works on expressions calls itself for each level. */
const EXPRESSION_DEPTH_MAX = 1_000;

/** How many nodes an expression of a plan may have. */
const EXPRESSION_NODES_MAX = 100_000;

/** Counts the nodes of one expression, when it is recorded and when it is read. */
export class NodeCount {
  #nodes = 0;

  /** @throws {DiagnosticError} for an expression that is too deep or too large. */
  add(depth: number): void {
    if (depth > EXPRESSION_DEPTH_MAX)
      throw new DiagnosticError(recordedMessages.tooDeep(EXPRESSION_DEPTH_MAX));
    if (++this.#nodes <= EXPRESSION_NODES_MAX) return;
    throw new DiagnosticError(recordedMessages.tooLarge(EXPRESSION_NODES_MAX));
  }
}
