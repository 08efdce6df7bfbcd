import { unreachable } from '../../../base/assert.ts';
import { printType, STRING, type SqlType } from '../../../serde/model/sql-type.ts';
import { overloadSignature } from '../../functions/resolve.ts';
import { encodeArgumentType } from './argument-types.ts';
import { NodeCount } from './expression-limits.ts';
import type { BindingRecord, ExpressionRecord } from './expression-record.ts';
import type {
  ArrayNode,
  Binding,
  BoundExpression,
  Call,
  Case,
  Field,
  Lambda,
  Let,
  MapNode,
  StructNode,
  Subscript,
} from '../nodes.ts';
import { textOf } from '../origin.ts';
import { encodeValue } from './value-record.ts';

/** What encoding the parts of one expression shares. */
interface Encoder {
  readonly count: NodeCount;
  readonly depth: number;
  /** Of the enclosing lambdas and LETs, innermost last. */
  readonly bindings: readonly Binding[];
}

/** A bound expression as JSON. @throws {DiagnosticError} for one that is too deep or too large to be recorded. */
export function encodeExpression(bound: BoundExpression): ExpressionRecord {
  return encode(bound, { count: new NodeCount(), depth: 0, bindings: [] });
}

function encode(bound: BoundExpression, outer: Encoder): ExpressionRecord {
  const encoder = { ...outer, depth: outer.depth + 1 };
  encoder.count.add(encoder.depth);
  const part = (child: BoundExpression): ExpressionRecord => encode(child, encoder);
  const { kind } = bound;
  switch (kind) {
    case 'Constant':
      // The word of a time unit has no type.
      return { kind, type: typeText(bound.type), value: encodeValue(bound.value, bound.type ?? STRING) };
    case 'Failure':
      return { kind, type: printType(bound.type), message: bound.message };
    case 'Column':
      return { kind, index: bound.index, ...(bound.isRecordTime ? { time: true } : {}) };
    case 'Parameter':
      return { kind, binding: encoder.bindings.lastIndexOf(bound.binding) };
    case 'Guard':
      return { kind, text: textOf(bound.syntax), operand: part(bound.operand) };
    case 'Cast':
      return { kind, type: printType(bound.type), operand: part(bound.operand) };
    case 'Sign':
      return { kind, operator: bound.operator, operand: part(bound.operand) };
    case 'Arithmetic': {
      const { operator, type, left, right } = bound;
      return { kind, operator, type: printType(type), left: part(left), right: part(right) };
    }
    case 'Comparison':
      return { kind, operator: bound.operator, left: part(bound.left), right: part(bound.right) };
    case 'Logical':
      return { kind, operator: bound.operator, left: part(bound.left), right: part(bound.right) };
    case 'Not':
      return { kind, operand: part(bound.operand) };
    case 'IsNull':
      return { kind, negated: bound.negated, operand: part(bound.operand) };
    case 'In':
      return { kind, operand: part(bound.operand), list: bound.list.map(part) };
    case 'Like': {
      const escape = bound.escape === undefined ? {} : { escape: bound.escape };
      return { kind, operand: part(bound.operand), pattern: part(bound.pattern), ...escape };
    }
    default:
      return encodeComposed(bound, encoder, part);
  }
}

/** What has lists of parts, or binds names. */
function encodeComposed(
  bound: Case | ArrayNode | MapNode | StructNode | Subscript | Field | Call | Let | Lambda,
  encoder: Encoder,
  part: Part,
): ExpressionRecord {
  const { kind } = bound;
  switch (kind) {
    case 'Let': {
      const body = encode(bound.body, within(encoder, [bound.binding]));
      return { kind, binding: encodeBinding(bound.binding), value: part(bound.value), body };
    }
    case 'Case':
      return encodeCase(bound, part);
    case 'Array':
      return { kind, type: printType(bound.type), elements: bound.elements.map(part) };
    case 'Map':
      return {
        kind,
        type: printType(bound.type),
        keys: bound.keys.map(part),
        values: bound.values.map(part),
      };
    case 'Struct':
      return { kind, type: printType(bound.type), values: bound.values.map(part) };
    case 'Subscript':
      return { kind, base: part(bound.base), index: part(bound.index) };
    case 'Field':
      return { kind, index: bound.index, base: part(bound.base) };
    case 'Call':
      return encodeCall(bound, part);
    case 'Lambda': {
      const parameters = bound.parameters.map(encodeBinding);
      return { kind, parameters, body: encode(bound.body, within(encoder, bound.parameters)) };
    }
    default:
      return unreachable(kind);
  }
}

type Part = (child: BoundExpression) => ExpressionRecord;

function within(encoder: Encoder, bindings: readonly Binding[]): Encoder {
  return { ...encoder, bindings: [...encoder.bindings, ...bindings] };
}

function encodeBinding({ name, type }: Binding): BindingRecord {
  return { name, type: typeText(type) };
}

function encodeCase({ kind, type, branches, otherwise }: Case, part: Part): ExpressionRecord {
  return {
    kind,
    type: typeText(type),
    branches: branches.map(({ when, result }) => ({ when: part(when), result: part(result) })),
    ...(otherwise === undefined ? {} : { otherwise: part(otherwise) }),
  };
}

function encodeCall({ kind, name, resolved, arguments: given }: Call, part: Part): ExpressionRecord {
  return {
    kind,
    name,
    overload: overloadSignature(resolved.overload),
    takes: resolved.parameterTypes.map(encodeArgumentType),
    type: printType(resolved.returnType),
    arguments: given.map(part),
  };
}

function typeText(type: SqlType | null): string | null {
  return type === null ? null : printType(type);
}
