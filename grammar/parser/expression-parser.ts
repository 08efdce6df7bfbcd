import type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  MapEntry,
  SourceSpan,
  StructFieldValue,
  TimeUnit,
  WhenClause,
} from '../ast.ts';
import {
  Assign,
  Asterisk,
  Comma,
  Concat,
  Dot,
  Equal,
  Greater,
  GreaterOrEqual,
  Identifier,
  K,
  LambdaArrow,
  LeftBracket,
  LeftParen,
  Less,
  LessOrEqual,
  Minus,
  NotEqual,
  Percent,
  Plus,
  QuotedIdentifier,
  RightBracket,
  RightParen,
  Slash,
  StructArrow,
} from '../tokens.ts';
import { spanOf } from '../lexer.ts';
import { type Fields, identifierText, type Rule } from './base-parser.ts';
import { OperatorChain } from './operator-chain.ts';
import { TypeParser } from './type-parser.ts';

/**
 * Expressions, lowest precedence first: OR, AND, NOT, one predicate, `||`, `+ -`, `* / %`, sign, AT TIME ZONE, postfix.
 * Operators of several precedences are read in one rule, see {@link OperatorChain}. The order is that of ksqlDB's grammar (SqlBase.g4, `booleanExpression` and `valueExpression`).
 */
export class ExpressionParser extends TypeParser {
  /** Parameters of the lambdas around what is being parsed, innermost last. */
  readonly #lambdaScopes: (readonly string[])[] = [];

  /** Conditions with AND and OR between them, of which AND binds more. */
  readonly expression: Rule<Expression> = this.RULE('expression', () => {
    const chain = new OperatorChain<'AND' | 'OR'>();
    this.enter();
    const start = this.mark();
    const first = this.SUBRULE(this.negation);
    this.ACTION(() => chain.operand(first, this.spanFrom(spanOf(start))));
    this.MANY(() => {
      const operator = this.OR<'AND' | 'OR'>([
        { ALT: () => then(this.CONSUME(K.AND), 'AND') },
        { ALT: () => then(this.CONSUME(K.OR), 'OR') },
      ]);
      const next = this.mark();
      const operand = this.SUBRULE2(this.negation);
      this.ACTION(() => {
        chain.operator(operator);
        chain.operand(operand, this.spanFrom(spanOf(next)));
      });
    });
    this.leave();
    return this.ACTION(() =>
      chain.fold(CONDITIONS, (operator, sides) => frozen({ kind: 'Logical', operator, ...sides })),
    );
  });

  readonly negation: Rule<Expression> = this.RULE('negation', () => {
    const start = this.mark();
    return this.OR<Expression>([
      {
        ALT: () => {
          this.CONSUME(K.NOT);
          this.enter();
          const operand = this.SUBRULE(this.negation);
          this.leave();
          return this.node<Expression>(start, { kind: 'Not', operand });
        },
      },
      { ALT: () => this.SUBRULE(this.predicate) },
    ]);
  });

  readonly predicate: Rule<Expression> = this.RULE('predicate', () => {
    const operand = this.SUBRULE(this.valueExpression);
    let result = operand;
    this.OPTION(() => {
      result = this.OR<Expression>([
        { ALT: () => this.SUBRULE(this.comparisonTail, { ARGS: [operand] }) },
        { ALT: () => this.SUBRULE(this.nullTail, { ARGS: [operand] }) },
        { ALT: () => this.SUBRULE(this.membershipTail, { ARGS: [operand] }) },
      ]);
    });
    return result;
  });

  readonly comparisonOperator: Rule<ComparisonOperator> = this.RULE('comparisonOperator', () =>
    this.OR<ComparisonOperator>([
      { ALT: () => then(this.CONSUME(Equal), '=') },
      { ALT: () => then(this.CONSUME(NotEqual), '<>') },
      { ALT: () => then(this.CONSUME(LessOrEqual), '<=') },
      { ALT: () => then(this.CONSUME(Less), '<') },
      { ALT: () => then(this.CONSUME(GreaterOrEqual), '>=') },
      { ALT: () => then(this.CONSUME(Greater), '>') },
    ]),
  );

  readonly comparisonTail: Rule<Expression, [Expression]> = this.RULE('comparisonTail', (left) => {
    const operator = this.SUBRULE(this.comparisonOperator);
    const right = this.SUBRULE(this.valueExpression);
    return this.nodeFrom(left, { kind: 'Comparison', operator, left, right });
  });

  /** `IS [NOT] NULL`, `IS [NOT] DISTINCT FROM value`. */
  readonly nullTail: Rule<Expression, [Expression]> = this.RULE('nullTail', (operand) => {
    let negated = false;
    this.CONSUME(K.IS);
    this.OPTION(() => {
      this.CONSUME(K.NOT);
      negated = true;
    });
    return this.OR<Expression>([
      {
        ALT: () => {
          this.CONSUME(K.NULL);
          return this.nodeFrom(operand, { kind: negated ? 'IsNotNull' : 'IsNull', operand });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.DISTINCT);
          this.CONSUME(K.FROM);
          const right = this.SUBRULE(this.valueExpression);
          const operator = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
          return this.nodeFrom(operand, { kind: 'Comparison', operator, left: operand, right });
        },
      },
    ]);
  });

  /** `[NOT] BETWEEN`, `[NOT] IN`, `[NOT] LIKE`. */
  readonly membershipTail: Rule<Expression, [Expression]> = this.RULE('membershipTail', (operand) => {
    let negated = false;
    this.OPTION(() => {
      this.CONSUME(K.NOT);
      negated = true;
    });
    const test = this.OR<Expression>([
      { ALT: () => this.SUBRULE(this.betweenTail, { ARGS: [operand] }) },
      { ALT: () => this.SUBRULE(this.inTail, { ARGS: [operand] }) },
      { ALT: () => this.SUBRULE(this.likeTail, { ARGS: [operand] }) },
    ]);
    return negated ? this.nodeFrom(operand, { kind: 'Not', operand: test }) : test;
  });

  readonly betweenTail: Rule<Expression, [Expression]> = this.RULE('betweenTail', (operand) => {
    this.CONSUME(K.BETWEEN);
    const low = this.SUBRULE(this.valueExpression);
    this.CONSUME(K.AND);
    const high = this.SUBRULE2(this.valueExpression);
    return this.nodeFrom(operand, { kind: 'Between', operand, low, high });
  });

  readonly inTail: Rule<Expression, [Expression]> = this.RULE('inTail', (operand) => {
    this.CONSUME(K.IN);
    this.CONSUME(LeftParen);
    const list: Expression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => list.push(this.SUBRULE(this.expression)) });
    this.CONSUME(RightParen);
    Object.freeze(list);
    return this.nodeFrom(operand, { kind: 'In', operand, list });
  });

  readonly likeTail: Rule<Expression, [Expression]> = this.RULE('likeTail', (operand) => {
    this.CONSUME(K.LIKE);
    const pattern = this.SUBRULE(this.valueExpression);
    let escape: string | undefined;
    this.OPTION(() => {
      this.CONSUME(K.ESCAPE);
      escape = this.SUBRULE(this.stringValue);
    });
    return this.nodeFrom(operand, {
      kind: 'Like',
      operand,
      pattern,
      ...(escape === undefined ? {} : { escape }),
    });
  });

  /** Values with operators between them: `* / %` bind more than `+ -`, and those more than `||`. */
  readonly valueExpression: Rule<Expression> = this.RULE('valueExpression', () => {
    const chain = new OperatorChain<ArithmeticOperator | '||'>();
    const start = this.mark();
    const first = this.SUBRULE(this.signed);
    this.ACTION(() => chain.operand(first, this.spanFrom(spanOf(start))));
    this.MANY(() => {
      const operator = this.OR<ArithmeticOperator | '||'>([
        { ALT: () => then(this.CONSUME(Concat), '||') },
        { ALT: () => then(this.CONSUME(Plus), '+') },
        { ALT: () => then(this.CONSUME(Minus), '-') },
        { ALT: () => then(this.CONSUME(Asterisk), '*') },
        { ALT: () => then(this.CONSUME(Slash), '/') },
        { ALT: () => then(this.CONSUME(Percent), '%') },
      ]);
      const next = this.mark();
      const operand = this.SUBRULE2(this.signed);
      this.ACTION(() => {
        chain.operator(operator);
        chain.operand(operand, this.spanFrom(spanOf(next)));
      });
    });
    return this.ACTION(() =>
      chain.fold(VALUES, (operator, { left, right, span }) =>
        operator === '||'
          ? frozen({ kind: 'FunctionCall', name: 'CONCAT', arguments: Object.freeze([left, right]), span })
          : frozen({ kind: 'Arithmetic', operator, left, right, span }),
      ),
    );
  });

  /** A sign before a number belongs to the number; before anything else it is an operator. */
  readonly signed: Rule<Expression> = this.RULE('signed', () => {
    const start = this.mark();
    return this.OR<Expression>([
      {
        GATE: () => !this.#isNumberNext(2),
        ALT: () => {
          this.CONSUME(Minus);
          this.enter();
          const operand = this.SUBRULE(this.signed);
          this.leave();
          return this.node<Expression>(start, { kind: 'Sign', operator: '-', operand });
        },
      },
      {
        ALT: () => {
          this.CONSUME(Plus);
          this.enter();
          const operand = this.SUBRULE2(this.signed);
          this.leave();
          return this.node<Expression>(start, { kind: 'Sign', operator: '+', operand });
        },
      },
      { ALT: () => this.SUBRULE(this.zoned), IGNORE_AMBIGUITIES: true },
    ]);
  });

  #isNumberNext(distance: number): boolean {
    const name = this.LA(distance).tokenType.name;
    return name === 'INTEGER_VALUE' || name === 'DECIMAL_VALUE' || name === 'FLOATING_POINT_VALUE';
  }

  readonly zoned: Rule<Expression> = this.RULE('zoned', () => {
    const start = this.mark();
    let operand = this.SUBRULE(this.postfix);
    this.OPTION(() => {
      this.CONSUME(K.AT);
      this.CONSUME(K.TIME);
      this.CONSUME(K.ZONE);
      const zoneStart = this.mark();
      const value = this.SUBRULE(this.stringValue);
      const zone = this.node<Expression>(zoneStart, { kind: 'StringLiteral', value });
      operand = this.node<Expression>(start, { kind: 'AtTimeZone', operand, zone });
    });
    return operand;
  });

  /** A primary followed by any number of `[index]` and `->field`; `->*` is left to the select list. */
  readonly postfix: Rule<Expression> = this.RULE('postfix', () => {
    const start = this.mark();
    let base = this.SUBRULE(this.primary);
    this.MANY({
      GATE: () => !(this.LA(1).tokenType === StructArrow && this.LA(2).tokenType === Asterisk),
      DEF: () => {
        base = this.OR<Expression>([
          {
            ALT: () => {
              this.CONSUME(LeftBracket);
              this.enter();
              const index = this.SUBRULE(this.valueExpression);
              this.leave();
              this.CONSUME(RightBracket);
              return this.node<Expression>(start, { kind: 'Subscript', base, index });
            },
          },
          {
            ALT: () => {
              this.CONSUME(StructArrow);
              const field = this.SUBRULE(this.identifier);
              return this.node<Expression>(start, { kind: 'Dereference', base, field });
            },
          },
        ]);
      },
    });
    return base;
  });

  readonly primary: Rule<Expression> = this.RULE('primary', () =>
    this.OR<Expression>([
      { ALT: () => this.SUBRULE(this.literal) },
      { ALT: () => this.SUBRULE(this.caseExpression) },
      { ALT: () => this.SUBRULE(this.cast) },
      { GATE: () => this.LA(2).tokenType === LeftBracket, ALT: () => this.SUBRULE(this.arrayConstructor) },
      { GATE: () => this.LA(2).tokenType === LeftParen, ALT: () => this.SUBRULE(this.mapConstructor) },
      { GATE: () => this.LA(2).tokenType === LeftParen, ALT: () => this.SUBRULE(this.structConstructor) },
      { ALT: () => this.SUBRULE(this.typedLiteral) },
      {
        GATE: () => this.LA(2).tokenType === LeftParen,
        ALT: () => this.SUBRULE(this.functionCall),
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE(this.columnReference), IGNORE_AMBIGUITIES: true },
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          const inner = this.SUBRULE(this.expression);
          this.CONSUME(RightParen);
          return inner;
        },
      },
    ]),
  );

  /** `DECIMAL '1.50'`: the only typed literal. */
  readonly typedLiteral: Rule<Expression> = this.RULE('typedLiteral', () => {
    const start = this.mark();
    this.CONSUME(K.DECIMAL);
    const text = this.SUBRULE(this.stringValue);
    return this.node<Expression>(start, { kind: 'DecimalLiteral', text });
  });

  readonly whenClause: Rule<WhenClause> = this.RULE('whenClause', () => {
    const start = this.mark();
    this.CONSUME(K.WHEN);
    const when = this.SUBRULE(this.expression);
    this.CONSUME(K.THEN);
    const result = this.SUBRULE2(this.expression);
    return this.node<WhenClause>(start, { kind: 'WhenClause', when, result });
  });

  readonly caseExpression: Rule<Expression> = this.RULE('caseExpression', () => {
    const start = this.mark();
    let operand: Expression | undefined;
    let otherwise: Expression | undefined;
    const branches: WhenClause[] = [];
    this.CONSUME(K.CASE);
    this.OPTION(() => {
      this.enter();
      operand = this.SUBRULE(this.valueExpression);
      this.leave();
    });
    this.AT_LEAST_ONE(() => branches.push(this.SUBRULE(this.whenClause)));
    this.OPTION2(() => {
      this.CONSUME(K.ELSE);
      otherwise = this.SUBRULE(this.expression);
    });
    this.CONSUME(K.END);
    Object.freeze(branches);
    const otherwiseField = otherwise === undefined ? {} : { otherwise };
    return operand === undefined
      ? this.node<Expression>(start, { kind: 'SearchedCase', branches, ...otherwiseField })
      : this.node<Expression>(start, { kind: 'SimpleCase', operand, branches, ...otherwiseField });
  });

  readonly cast: Rule<Expression> = this.RULE('cast', () => {
    const start = this.mark();
    this.CONSUME(K.CAST);
    this.CONSUME(LeftParen);
    const operand = this.SUBRULE(this.expression);
    this.CONSUME(K.AS);
    const type = this.SUBRULE(this.type);
    this.CONSUME(RightParen);
    return this.node<Expression>(start, { kind: 'Cast', operand, type });
  });

  readonly arrayConstructor: Rule<Expression> = this.RULE('arrayConstructor', () => {
    const start = this.mark();
    const elements: Expression[] = [];
    this.CONSUME(K.ARRAY);
    this.CONSUME(LeftBracket);
    this.MANY_SEP({ SEP: Comma, DEF: () => elements.push(this.SUBRULE(this.expression)) });
    this.CONSUME(RightBracket);
    Object.freeze(elements);
    return this.node<Expression>(start, { kind: 'ArrayConstructor', elements });
  });

  readonly mapConstructor: Rule<Expression> = this.RULE('mapConstructor', () => {
    const start = this.mark();
    const entries: MapEntry[] = [];
    this.CONSUME(K.MAP);
    this.CONSUME(LeftParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const entryStart = this.mark();
        const key = this.SUBRULE(this.expression);
        this.CONSUME(Assign);
        const value = this.SUBRULE2(this.expression);
        entries.push(this.node<MapEntry>(entryStart, { kind: 'MapEntry', key, value }));
      },
    });
    this.CONSUME(RightParen);
    Object.freeze(entries);
    return this.node<Expression>(start, { kind: 'MapConstructor', entries });
  });

  readonly structConstructor: Rule<Expression> = this.RULE('structConstructor', () => {
    const start = this.mark();
    const fields: StructFieldValue[] = [];
    this.CONSUME(K.STRUCT);
    this.CONSUME(LeftParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const fieldStart = this.mark();
        const name = this.SUBRULE(this.identifier);
        this.CONSUME(Assign);
        const value = this.SUBRULE(this.expression);
        fields.push(this.node<StructFieldValue>(fieldStart, { kind: 'StructFieldValue', name, value }));
      },
    });
    this.CONSUME(RightParen);
    Object.freeze(fields);
    return this.node<Expression>(start, { kind: 'StructConstructor', fields });
  });

  readonly functionCall: Rule<Expression> = this.RULE('functionCall', () => {
    const start = this.mark();
    const name = this.SUBRULE(this.identifier);
    const args: Expression[] = [];
    let star = false;
    this.CONSUME(LeftParen);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Asterisk);
          star = true;
        },
      },
      {
        ALT: () => {
          this.MANY_SEP({ SEP: Comma, DEF: () => args.push(this.SUBRULE(this.functionArgument)) });
        },
      },
    ]);
    this.CONSUME(RightParen);
    Object.freeze(args);
    return this.node<Expression>(start, {
      kind: 'FunctionCall',
      name,
      arguments: args,
      ...(star ? { star: true } : {}),
    });
  });

  readonly functionArgument: Rule<Expression> = this.RULE('functionArgument', () => {
    const start = this.mark();
    return this.OR<Expression>([
      { GATE: () => this.#isLambdaNext(), ALT: () => this.SUBRULE(this.lambda) },
      {
        ALT: () => {
          const unit = this.SUBRULE(this.intervalUnit);
          return this.node<Expression>(start, { kind: 'IntervalUnitLiteral', unit });
        },
      },
      { ALT: () => this.SUBRULE(this.expression), IGNORE_AMBIGUITIES: true },
    ]);
  });

  /** The unit words that are reserved. The singular ones may name columns, and do. */
  readonly intervalUnit: Rule<TimeUnit> = this.RULE('intervalUnit', () =>
    this.OR<TimeUnit>([
      { ALT: () => then(this.CONSUME(K.MILLISECOND), 'MILLISECONDS') },
      { ALT: () => then(this.CONSUME(K.MILLISECONDS), 'MILLISECONDS') },
      { ALT: () => then(this.CONSUME(K.SECONDS), 'SECONDS') },
      { ALT: () => then(this.CONSUME(K.MINUTES), 'MINUTES') },
      { ALT: () => then(this.CONSUME(K.HOURS), 'HOURS') },
      { ALT: () => then(this.CONSUME(K.DAYS), 'DAYS') },
      { ALT: () => then(this.CONSUME(K.MONTHS), 'MONTHS') },
      { ALT: () => then(this.CONSUME(K.YEARS), 'YEARS') },
    ]),
  );

  /** `x =>` or `(x, y) =>` lies ahead. */
  #isLambdaNext(): boolean {
    if (this.LA(1).tokenType !== LeftParen) return this.LA(2).tokenType === LambdaArrow;
    let distance = 2;
    while (this.LA(distance + 1).tokenType === Comma) distance += 2;
    return this.LA(distance + 1).tokenType === RightParen && this.LA(distance + 2).tokenType === LambdaArrow;
  }

  readonly lambda: Rule<Expression> = this.RULE('lambda', () => {
    const start = this.mark();
    const parameters: string[] = [];
    this.OR([
      { ALT: () => parameters.push(this.SUBRULE(this.identifier)) },
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => parameters.push(this.SUBRULE2(this.identifier)) });
          this.CONSUME(RightParen);
        },
      },
    ]);
    this.CONSUME(LambdaArrow);
    Object.freeze(parameters);
    this.#lambdaScopes.push(parameters);
    const body = this.SUBRULE(this.expression);
    this.#lambdaScopes.pop();
    return this.node<Expression>(start, { kind: 'Lambda', parameters, body });
  });

  readonly columnReference: Rule<Expression> = this.RULE('columnReference', () => {
    const start = this.mark();
    const first = this.CONSUME(Identifier);
    let name = identifierText(first);
    let source: string | undefined;
    this.OPTION({
      GATE: () => this.LA(2).tokenType !== Asterisk,
      DEF: () => {
        this.CONSUME(Dot);
        source = name;
        name = this.SUBRULE(this.identifier);
      },
    });
    if (source !== undefined) return this.node<Expression>(start, { kind: 'ColumnReference', source, name });
    if (this.#lambdaScopes.some((scope) => scope.includes(name)))
      return this.node<Expression>(start, { kind: 'LambdaVariable', name });
    const quotes = first.tokenType === QuotedIdentifier ? { isDoubleQuoted: true as const } : {};
    return this.node<Expression>(start, { kind: 'ColumnReference', name, ...quotes });
  });

  /** Forgets where a parse that failed was: inside of lambdas, and of what else nests. */
  protected resetScopes(): void {
    this.#lambdaScopes.length = 0;
    this.resetNesting();
  }

  /** An infix node, which begins where its first operand did. */
  protected nodeFrom(first: Expression, fields: Fields<Expression>): Expression {
    // While Chevrotain records the grammar, rules run without operands.
    return this.nodeAt<Expression>(first?.span ?? nowhere, fields);
  }
}

/** Operators of one precedence each, those that bind most first. */
const CONDITIONS = [['AND'], ['OR']] as const;
const VALUES = [['*', '/', '%'], ['+', '-'], ['||']] as const;

const frozen = (node: Expression): Expression => Object.freeze(node);

const nowhere: SourceSpan = { start: 0, end: 0, line: 1, column: 1 };

function then<T extends string>(_token: unknown, value: T): T {
  return value;
}
