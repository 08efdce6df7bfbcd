import type { Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { ExpressionOptions } from './scope.ts';

/** The type of an expression, null for the NULL literal. @throws {DiagnosticError} with ksqlDB's texts. */
export declare function typeOf(
  expression: Expression,
  options: Pick<ExpressionOptions, 'scope' | 'functions' | 'config'>,
): SqlType | null;
