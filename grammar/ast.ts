/**
 * The syntax tree of Millrace SQL: frozen plain objects, one interface per node, with the span that the user wrote.
 *
 * The tree has no semantics: names are not resolved, numbers are kept as their text (exact), custom types are names.
 * Unquoted identifiers are upper-cased, as ksqlDB does; quoted and backquoted ones are taken as written.
 */
import type { SourceSpan } from '../src/base/errors.ts';

export type { SourceSpan };

/** What every node has. */
export interface Node {
  readonly kind: string;
  readonly span: SourceSpan;
}

// ---------------------------------------------------------------------------------------------------------------------
// Expressions
// ---------------------------------------------------------------------------------------------------------------------

export interface NullLiteral extends Node {
  readonly kind: 'NullLiteral';
}
export interface BooleanLiteral extends Node {
  readonly kind: 'BooleanLiteral';
  readonly value: boolean;
}
/** A whole number as written, with a minus where there is one: `-42`. INTEGER where it fits, else BIGINT. */
export interface IntegerLiteral extends Node {
  readonly kind: 'IntegerLiteral';
  readonly text: string;
}
/** `1.5`, `-.5`, or the text of `DECIMAL '1.50'`. */
export interface DecimalLiteral extends Node {
  readonly kind: 'DecimalLiteral';
  readonly text: string;
}
/** A number with an exponent: `-1e3`. */
export interface DoubleLiteral extends Node {
  readonly kind: 'DoubleLiteral';
  readonly text: string;
}
export interface StringLiteral extends Node {
  readonly kind: 'StringLiteral';
  readonly value: string;
}
/** A reserved time unit's bare word as a function argument: `TIMESTAMPADD(DAYS, 1, t)`. Always in the plural form. */
export interface IntervalUnitLiteral extends Node {
  readonly kind: 'IntervalUnitLiteral';
  readonly unit: TimeUnit;
}
/** `name` or `source.name`. */
export interface ColumnReference extends Node {
  readonly kind: 'ColumnReference';
  readonly source?: string;
  readonly name: string;
}
/** A name bound by the parameter list of an enclosing lambda. */
export interface LambdaVariable extends Node {
  readonly kind: 'LambdaVariable';
  readonly name: string;
}
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export interface Arithmetic extends Node {
  readonly kind: 'Arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Sign extends Node {
  readonly kind: 'Sign';
  readonly operator: '+' | '-';
  readonly operand: Expression;
}
export type ComparisonOperator =
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM';
export interface Comparison extends Node {
  readonly kind: 'Comparison';
  /** `!=` is read as `<>`. */
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Logical extends Node {
  readonly kind: 'Logical';
  readonly operator: 'AND' | 'OR';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Not extends Node {
  readonly kind: 'Not';
  readonly operand: Expression;
}
/** `NOT BETWEEN` is a {@link Not} around this. */
export interface Between extends Node {
  readonly kind: 'Between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}
/** `NOT IN` is a {@link Not} around this. */
export interface In extends Node {
  readonly kind: 'In';
  readonly operand: Expression;
  readonly list: readonly Expression[];
}
/** `NOT LIKE` is a {@link Not} around this. */
export interface Like extends Node {
  readonly kind: 'Like';
  readonly operand: Expression;
  readonly pattern: Expression;
  /** One character. */
  readonly escape?: string;
}
export interface IsNull extends Node {
  readonly kind: 'IsNull';
  readonly operand: Expression;
}
export interface IsNotNull extends Node {
  readonly kind: 'IsNotNull';
  readonly operand: Expression;
}
export interface WhenClause extends Node {
  readonly kind: 'WhenClause';
  readonly when: Expression;
  readonly result: Expression;
}
/** `CASE WHEN condition THEN result … END`. */
export interface SearchedCase extends Node {
  readonly kind: 'SearchedCase';
  readonly branches: readonly WhenClause[];
  readonly otherwise?: Expression;
}
/** `CASE operand WHEN value THEN result … END`. */
export interface SimpleCase extends Node {
  readonly kind: 'SimpleCase';
  readonly operand: Expression;
  readonly branches: readonly WhenClause[];
  readonly otherwise?: Expression;
}
export interface Cast extends Node {
  readonly kind: 'Cast';
  readonly operand: Expression;
  readonly type: TypeNode;
}
/** `ARRAY[a, b]`. */
export interface ArrayConstructor extends Node {
  readonly kind: 'ArrayConstructor';
  readonly elements: readonly Expression[];
}
export interface MapEntry extends Node {
  readonly kind: 'MapEntry';
  readonly key: Expression;
  readonly value: Expression;
}
/** `MAP(k := v, …)`. */
export interface MapConstructor extends Node {
  readonly kind: 'MapConstructor';
  readonly entries: readonly MapEntry[];
}
export interface StructFieldValue extends Node {
  readonly kind: 'StructFieldValue';
  readonly name: string;
  readonly value: Expression;
}
/** `STRUCT(f := e, …)`. */
export interface StructConstructor extends Node {
  readonly kind: 'StructConstructor';
  readonly fields: readonly StructFieldValue[];
}
/** `base[index]`, of an array or a map. */
export interface Subscript extends Node {
  readonly kind: 'Subscript';
  readonly base: Expression;
  readonly index: Expression;
}
/** `base->field`. */
export interface Dereference extends Node {
  readonly kind: 'Dereference';
  readonly base: Expression;
  readonly field: string;
}
/** `name(arguments)`; `||` is read as a call of CONCAT. */
export interface FunctionCall extends Node {
  readonly kind: 'FunctionCall';
  /** Upper-cased unless quoted. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** True for `name(*)`; then `arguments` is empty. */
  readonly star?: true;
}
/** `x => body` or `(x, y) => body`; only as a function argument. */
export interface Lambda extends Node {
  readonly kind: 'Lambda';
  readonly parameters: readonly string[];
  readonly body: Expression;
}
/** `operand AT TIME ZONE zone`. */
export interface AtTimeZone extends Node {
  readonly kind: 'AtTimeZone';
  readonly operand: Expression;
  readonly zone: Expression;
}

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | DoubleLiteral
  | StringLiteral
  | IntervalUnitLiteral;

export type Expression =
  | Literal
  | ColumnReference
  | LambdaVariable
  | Arithmetic
  | Sign
  | Comparison
  | Logical
  | Not
  | Between
  | In
  | Like
  | IsNull
  | IsNotNull
  | SearchedCase
  | SimpleCase
  | Cast
  | ArrayConstructor
  | MapConstructor
  | StructConstructor
  | Subscript
  | Dereference
  | FunctionCall
  | Lambda
  | AtTimeZone;

// ---------------------------------------------------------------------------------------------------------------------
// Types
// ---------------------------------------------------------------------------------------------------------------------

/** A type by name: a primitive (`INT` and `VARCHAR` are read as INTEGER and STRING) or a custom type. */
export interface NamedTypeNode extends Node {
  readonly kind: 'NamedType';
  /** Upper-cased unless quoted. */
  readonly name: string;
  /** The name was quoted: it can only be a custom type. */
  readonly quoted?: true;
}
export interface DecimalTypeNode extends Node {
  readonly kind: 'DecimalType';
  readonly precision: number;
  readonly scale: number;
}
export interface ArrayTypeNode extends Node {
  readonly kind: 'ArrayType';
  readonly element: TypeNode;
}
export interface MapTypeNode extends Node {
  readonly kind: 'MapType';
  readonly key: TypeNode;
  readonly value: TypeNode;
}
export interface StructTypeField extends Node {
  readonly kind: 'StructTypeField';
  readonly name: string;
  readonly type: TypeNode;
}
export interface StructTypeNode extends Node {
  readonly kind: 'StructType';
  readonly fields: readonly StructTypeField[];
}

export type TypeNode = NamedTypeNode | DecimalTypeNode | ArrayTypeNode | MapTypeNode | StructTypeNode;

export type TimeUnit = 'MILLISECONDS' | 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS' | 'MONTHS' | 'YEARS';

/** `10 MINUTES`. */
export interface Duration extends Node {
  readonly kind: 'Duration';
  readonly amount: string;
  readonly unit: TimeUnit;
}

// ---------------------------------------------------------------------------------------------------------------------
// Queries
// ---------------------------------------------------------------------------------------------------------------------

export interface SelectExpression extends Node {
  readonly kind: 'SelectExpression';
  readonly expression: Expression;
  readonly alias?: string;
}
/** `*` or `source.*`. */
export interface SelectAll extends Node {
  readonly kind: 'SelectAll';
  readonly source?: string;
}
/** `structExpression->*`. */
export interface SelectStructAll extends Node {
  readonly kind: 'SelectStructAll';
  readonly struct: Expression;
}
export type SelectItem = SelectExpression | SelectAll | SelectStructAll;

export interface TumblingWindow extends Node {
  readonly kind: 'TumblingWindow';
  readonly size: Duration;
  readonly retention?: Duration;
  readonly grace?: Duration;
}
export interface HoppingWindow extends Node {
  readonly kind: 'HoppingWindow';
  readonly size: Duration;
  readonly advance: Duration;
  readonly retention?: Duration;
  readonly grace?: Duration;
}
export interface SessionWindow extends Node {
  readonly kind: 'SessionWindow';
  readonly gap: Duration;
  readonly retention?: Duration;
  readonly grace?: Duration;
}
export type WindowClause = TumblingWindow | HoppingWindow | SessionWindow;

/** A source with its alias; the alias is the source's name where none was given. */
export interface AliasedSource extends Node {
  readonly kind: 'AliasedSource';
  readonly name: string;
  readonly alias: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
}
/** `WITHIN 1 HOUR` or `WITHIN (1 HOUR, 2 HOURS) [GRACE PERIOD 1 MINUTE]`. */
export interface WithinClause extends Node {
  readonly kind: 'WithinClause';
  readonly before: Duration;
  readonly after: Duration;
  readonly grace?: Duration;
}
export type JoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'OUTER';
export interface JoinedSource extends Node {
  readonly kind: 'JoinedSource';
  readonly type: JoinType;
  readonly source: AliasedSource;
  readonly within?: WithinClause;
  readonly on: Expression;
}
/** The FROM clause: a source and, in written order, what is joined to it. */
export interface FromClause extends Node {
  readonly kind: 'FromClause';
  readonly source: AliasedSource;
  readonly joins: readonly JoinedSource[];
}
/** GROUP BY or PARTITION BY with its expressions; `()` gives none. */
export interface GroupingClause extends Node {
  readonly kind: 'GroupBy' | 'PartitionBy';
  readonly expressions: readonly Expression[];
}
export type EmitMode = 'CHANGES' | 'FINAL';

export interface Query extends Node {
  readonly kind: 'Query';
  readonly select: readonly SelectItem[];
  readonly from: FromClause;
  readonly window?: WindowClause;
  readonly where?: Expression;
  readonly groupBy?: GroupingClause;
  readonly partitionBy?: GroupingClause;
  readonly having?: Expression;
  /** Absent where no EMIT clause was written. */
  readonly emit?: EmitMode;
  readonly limit?: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Statements
// ---------------------------------------------------------------------------------------------------------------------

/** One `NAME = literal` of a WITH clause; names are upper-cased. */
export interface Property extends Node {
  readonly kind: 'Property';
  readonly name: string;
  readonly value: Literal;
}

export type ColumnConstraint =
  | { readonly kind: 'Key' }
  | { readonly kind: 'PrimaryKey' }
  /** `HEADERS`, or `HEADER('key')` with a key. */
  | { readonly kind: 'Headers'; readonly key?: string };

export interface ColumnDefinition extends Node {
  readonly kind: 'ColumnDefinition';
  readonly name: string;
  readonly type: TypeNode;
  readonly constraint?: ColumnConstraint;
}

export type SourceKind = 'STREAM' | 'TABLE';

/** `CREATE STREAM|TABLE name (columns) WITH (…)`. */
export interface CreateSource extends Node {
  readonly kind: 'CreateSource';
  readonly sourceKind: SourceKind;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  /** `CREATE SOURCE STREAM|TABLE`: read only. */
  readonly isSource: boolean;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly properties: readonly Property[];
}
/** `CREATE STREAM|TABLE name WITH (…) AS query`. */
export interface CreateSourceAs extends Node {
  readonly kind: 'CreateSourceAs';
  readonly sourceKind: SourceKind;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly properties: readonly Property[];
  readonly query: Query;
}
export interface InsertInto extends Node {
  readonly kind: 'InsertInto';
  readonly target: string;
  readonly properties: readonly Property[];
  readonly query: Query;
}
export interface InsertValues extends Node {
  readonly kind: 'InsertValues';
  readonly target: string;
  /** Empty: all columns, in order. */
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
}
export interface QueryStatement extends Node {
  readonly kind: 'QueryStatement';
  readonly query: Query;
}
export interface DropSource extends Node {
  readonly kind: 'DropSource';
  readonly sourceKind: SourceKind;
  readonly name: string;
  readonly ifExists: boolean;
  readonly deleteTopic: boolean;
}
export interface DropType extends Node {
  readonly kind: 'DropType';
  readonly name: string;
  readonly ifExists: boolean;
}
export interface AlterSource extends Node {
  readonly kind: 'AlterSource';
  readonly sourceKind: SourceKind;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
}
export interface AlterSystem extends Node {
  readonly kind: 'AlterSystem';
  readonly name: string;
  readonly value: string;
}
export interface CreateType extends Node {
  readonly kind: 'CreateType';
  readonly name: string;
  readonly type: TypeNode;
  readonly ifNotExists: boolean;
}
export interface CreateConnector extends Node {
  readonly kind: 'CreateConnector';
  readonly connectorKind: 'SOURCE' | 'SINK';
  readonly name: string;
  readonly ifNotExists: boolean;
  readonly properties: readonly Property[];
}
export interface DropConnector extends Node {
  readonly kind: 'DropConnector';
  readonly name: string;
  readonly ifExists: boolean;
}
/** TERMINATE, PAUSE or RESUME; no query id means ALL. */
export interface QueryControl extends Node {
  readonly kind: 'QueryControl';
  readonly action: 'TERMINATE' | 'PAUSE' | 'RESUME';
  readonly queryId?: string;
}
export interface Explain extends Node {
  readonly kind: 'Explain';
  /** Exactly one of the two is there. */
  readonly queryId?: string;
  readonly statement?: Statement;
}
export type ShowSubject =
  | 'PROPERTIES'
  | 'TOPICS'
  | 'STREAMS'
  | 'TABLES'
  | 'FUNCTIONS'
  | 'TYPES'
  | 'VARIABLES'
  | 'QUERIES'
  | 'CONNECTORS'
  | 'CONNECTOR PLUGINS';
/** SHOW or LIST. */
export interface Show extends Node {
  readonly kind: 'Show';
  readonly subject: ShowSubject;
  readonly extended: boolean;
  /** SHOW ALL TOPICS. */
  readonly all: boolean;
  /** SHOW SOURCE|SINK CONNECTORS. */
  readonly connectorKind?: 'SOURCE' | 'SINK';
}
export interface Describe extends Node {
  readonly kind: 'Describe';
  readonly subject: 'SOURCE' | 'FUNCTION' | 'CONNECTOR' | 'STREAMS' | 'TABLES';
  /** Absent for STREAMS and TABLES. */
  readonly name?: string;
  readonly extended: boolean;
}
export interface Print extends Node {
  readonly kind: 'Print';
  readonly topic: string;
  readonly fromBeginning: boolean;
  readonly interval?: number;
  readonly limit?: number;
}
export interface SetProperty extends Node {
  readonly kind: 'SetProperty';
  readonly name: string;
  readonly value: string;
}
export interface UnsetProperty extends Node {
  readonly kind: 'UnsetProperty';
  readonly name: string;
}
export interface DefineVariable extends Node {
  readonly kind: 'DefineVariable';
  readonly name: string;
  readonly value: string;
}
export interface UndefineVariable extends Node {
  readonly kind: 'UndefineVariable';
  readonly name: string;
}
export interface AssertTopic extends Node {
  readonly kind: 'AssertTopic';
  readonly topic: string;
  readonly exists: boolean;
  readonly properties: readonly Property[];
  readonly timeout?: Duration;
}
export interface AssertSchema extends Node {
  readonly kind: 'AssertSchema';
  readonly exists: boolean;
  readonly subject?: string;
  readonly id?: number;
  readonly timeout?: Duration;
}
/** `ASSERT VALUES source (columns) VALUES (…)`, of test scripts. */
export interface AssertValues extends Node {
  readonly kind: 'AssertValues';
  readonly target: string;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
}
/** `ASSERT NULL VALUES source (keys) KEY (…)`: expects a tombstone. */
export interface AssertTombstone extends Node {
  readonly kind: 'AssertTombstone';
  readonly target: string;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
}
/** `ASSERT STREAM|TABLE name (columns) WITH (…)`, of test scripts. */
export interface AssertSource extends Node {
  readonly kind: 'AssertSource';
  readonly sourceKind: SourceKind;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly properties: readonly Property[];
}
export interface RunScript extends Node {
  readonly kind: 'RunScript';
  readonly path: string;
}

export type Statement =
  | CreateSource
  | CreateSourceAs
  | InsertInto
  | InsertValues
  | QueryStatement
  | DropSource
  | DropType
  | AlterSource
  | AlterSystem
  | CreateType
  | CreateConnector
  | DropConnector
  | QueryControl
  | Explain
  | Show
  | Describe
  | Print
  | SetProperty
  | UnsetProperty
  | DefineVariable
  | UndefineVariable
  | AssertTopic
  | AssertSchema
  | AssertValues
  | AssertTombstone
  | AssertSource
  | RunScript;
