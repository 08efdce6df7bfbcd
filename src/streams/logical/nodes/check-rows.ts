import { DiagnosticError } from '../../../base/errors.ts';
import type { LogicalNode } from './logical-node.ts';
import type { TableNode } from './node.ts';
import type { NodeNames } from './node-kind.ts';

/** Refuses a table whose rows cannot be looked up. @throws {DiagnosticError} */
export function checkRows(table: TableNode, namesOf: (node: LogicalNode) => NodeNames): void {
  if (table.kind === 'suppress') {
    throw new DiagnosticError({
      message: `rows of the suppressed table ${namesOf(table).name} cannot be looked up`,
      hint: 'join the table before it is suppressed, or turn it into a stream and back',
    });
  }
  const isDerived = table.kind === 'table-filter' || table.kind === 'table-map-values';
  if (isDerived && table.storeName === undefined) checkRows(table.inputs[0], namesOf);
}
