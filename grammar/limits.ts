/**
 * How large a script, a statement and an expression may be. The parser, and whatever works on a tree of expressions, calls
 * itself for each level: a limit that is checked is a mistake with a place, a stack that ends is a failure without one.
 */
import { DiagnosticError, type SourceSpan } from '../src/base/errors.ts';
import { limitMessages } from './messages/limits.ts';
import { syntaxMessages } from './messages/syntax.ts';

const LIMITS = {
  /** Parentheses, calls, CASE, ARRAY[…], types and what else stands inside of one another as it is written. */
  NESTING_MAX: 80,
  /** Levels of operators and calls in an expression: `a + b + c` has three. Long lists of AND and OR are no deep trees. */
  EXPRESSION_DEPTH_MAX: 250,
  /** Items of a SELECT list, and columns of a CREATE. */
  ITEMS_MAX: 10_000,
  /** Characters of a script, and of its statements together when the values of variables are put in. */
  SCRIPT_LENGTH_MAX: 4_000_000,
} as const;

/** @throws {DiagnosticError} where a size is beyond a limit; `span` says where. */
export function checkLimit(name: keyof typeof LIMITS, size: number, span: () => SourceSpan): void {
  const limit = LIMITS[name];
  if (size <= limit) return;
  const at = span();
  const { message, hint } = limitMessages[name](limit);
  throw new DiagnosticError({ ...syntaxMessages.tooLarge(at, message, hint), span: at });
}

/** A node of the tree, whatever its kind. */
interface TreeNode {
  readonly kind: string;
  readonly span: SourceSpan;
}

const isNode = (value: object): value is TreeNode => 'kind' in value && 'span' in value;

/** Checks how deep a tree of nodes is, and how long its lists are, without calling itself. */
export function checkTree(root: object): void {
  const nowhere: SourceSpan = { start: 0, end: 0, line: 1, column: 1 };
  const waiting = [{ value: root, depth: 0, owner: nowhere }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    const owner = isNode(value) ? value.span : next.owner;
    if (isNode(value)) checkLimit('EXPRESSION_DEPTH_MAX', depth, () => owner);
    if (Array.isArray(value)) checkLimit('ITEMS_MAX', value.length, () => owner);
    for (const child of Object.values(value)) {
      if (isObject(child)) waiting.push({ value: child, depth: depth + (isNode(value) ? 1 : 0), owner });
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
