import type {
  AliasedSource,
  Duration,
  EmitMode,
  Expression,
  FromClause,
  GroupingClause,
  JoinedSource,
  JoinType,
  Query,
  SelectItem,
  SourceSpan,
  WindowClause,
  WithinClause,
} from '../ast.ts';
import { spanOf } from '../lexer.ts';
import {
  Asterisk,
  Comma,
  Dot,
  Identifier,
  K,
  LeftParen,
  RightParen,
  StructArrow,
  WholeNumber,
} from '../tokens.ts';
import type { Rule } from './base-parser.ts';
import { ExpressionParser } from './expression-parser.ts';

/** SELECT, with its clauses in their fixed order. */
export class QueryParser extends ExpressionParser {
  readonly query: Rule<Query> = this.RULE('query', () => {
    const start = this.mark();
    const select: SelectItem[] = [];
    const clauses: { -readonly [P in 'window' | 'where' | 'groupBy' | 'partitionBy' | 'having']?: Query[P] } =
      {};
    let emit: EmitMode | undefined;
    let emitSpan: SourceSpan | undefined;
    let limit: number | undefined;
    this.CONSUME(K.SELECT);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => select.push(this.SUBRULE(this.selectItem)) });
    this.CONSUME(K.FROM);
    const from = this.SUBRULE(this.fromClause);
    this.OPTION(() => {
      this.CONSUME(K.WINDOW);
      clauses.window = this.SUBRULE(this.windowClause);
    });
    this.OPTION1(() => {
      this.CONSUME(K.WHERE);
      clauses.where = this.SUBRULE1(this.expression);
    });
    this.OPTION2(() => {
      clauses.groupBy = this.SUBRULE(this.groupByClause);
    });
    this.OPTION3(() => {
      clauses.partitionBy = this.SUBRULE(this.partitionByClause);
    });
    this.OPTION4(() => {
      this.CONSUME(K.HAVING);
      clauses.having = this.SUBRULE2(this.expression);
    });
    this.OPTION5(() => {
      const emitStart = this.CONSUME(K.EMIT);
      this.OR([
        {
          ALT: () => {
            this.CONSUME(K.CHANGES);
            emit = 'CHANGES';
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.FINAL);
            emit = 'FINAL';
          },
        },
      ]);
      emitSpan = this.spanFrom(spanOf(emitStart));
    });
    this.OPTION6(() => {
      this.CONSUME(K.LIMIT);
      limit = this.SUBRULE(this.limit);
    });
    Object.freeze(select);
    return this.node<Query>(start, {
      kind: 'Query',
      select,
      from,
      ...clauses,
      ...(emit === undefined ? {} : { emit, emitSpan }),
      ...(limit === undefined ? {} : { limit }),
    } as Omit<Query, 'span'>);
  });

  /** Any number: analysis refuses those that are not whole, with a text of their own. */
  readonly limit: Rule<number> = this.RULE('limit', () => {
    const literal = this.SUBRULE(this.number);
    return this.ACTION(() => ('text' in literal ? Number(literal.text) : 0));
  });

  readonly selectItem: Rule<SelectItem> = this.RULE('selectItem', () => {
    const start = this.mark();
    return this.OR<SelectItem>([
      {
        ALT: () => {
          this.CONSUME(Asterisk);
          return this.node<SelectItem>(start, { kind: 'SelectAll' });
        },
      },
      {
        GATE: () => this.LA(2).tokenType === Dot && this.LA(3).tokenType === Asterisk,
        ALT: () => {
          const source = this.SUBRULE(this.identifier);
          this.CONSUME(Dot);
          this.CONSUME2(Asterisk);
          return this.node<SelectItem>(start, { kind: 'SelectAll', source });
        },
      },
      { ALT: () => this.SUBRULE(this.selectExpression), IGNORE_AMBIGUITIES: true },
    ]);
  });

  /** `expression [[AS] alias]` or `struct->*`. */
  readonly selectExpression: Rule<SelectItem> = this.RULE('selectExpression', () => {
    const start = this.mark();
    const expression = this.SUBRULE(this.expression);
    return this.OR<SelectItem>([
      {
        ALT: () => {
          this.CONSUME(StructArrow);
          this.CONSUME(Asterisk);
          return this.node<SelectItem>(start, { kind: 'SelectStructAll', struct: expression });
        },
      },
      {
        ALT: () => {
          const alias = this.SUBRULE(this.optionalAlias);
          return this.node<SelectItem>(start, {
            kind: 'SelectExpression',
            expression,
            ...(alias === undefined ? {} : { alias }),
          });
        },
      },
    ]);
  });

  /** EMIT CHANGES and PARTITION BY begin with words that may be names: they are no alias. */
  #clauseLiesAhead(): boolean {
    const first = this.LA(1).tokenType;
    const second = this.LA(2).tokenType;
    if (first === K.EMIT) return second === K.CHANGES || second === K.FINAL;
    return first === K.PARTITION && second === K.BY;
  }

  readonly optionalAlias: Rule<string | undefined> = this.RULE('optionalAlias', () => {
    let alias: string | undefined;
    this.OPTION({
      GATE: () => !this.#clauseLiesAhead(),
      DEF: () => {
        this.OPTION2(() => this.CONSUME(K.AS));
        alias = this.SUBRULE(this.identifier);
      },
    });
    return alias;
  });

  readonly aliasedSource: Rule<AliasedSource> = this.RULE('aliasedSource', () => {
    const start = this.mark();
    const name = this.SUBRULE(this.identifier);
    const alias = this.SUBRULE(this.optionalAlias);
    return this.node<AliasedSource>(start, {
      kind: 'AliasedSource',
      name,
      alias: alias ?? name,
      nameSpan: Object.freeze(spanOf(start)),
    });
  });

  readonly fromClause: Rule<FromClause> = this.RULE('fromClause', () => {
    const start = this.mark();
    const source = this.SUBRULE(this.aliasedSource);
    const joins: JoinedSource[] = [];
    this.MANY(() => joins.push(this.SUBRULE(this.joinedSource)));
    Object.freeze(joins);
    return this.node<FromClause>(start, { kind: 'FromClause', source, joins });
  });

  readonly joinType: Rule<JoinType> = this.RULE('joinType', () => {
    let type: JoinType = 'INNER';
    this.OPTION(() => {
      this.OR([
        { ALT: () => this.CONSUME(K.INNER) },
        {
          ALT: () => {
            this.CONSUME(K.LEFT);
            this.OPTION1(() => this.CONSUME1(K.OUTER));
            type = 'LEFT';
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.RIGHT);
            this.OPTION2(() => this.CONSUME2(K.OUTER));
            type = 'RIGHT';
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.FULL);
            this.OPTION3(() => this.CONSUME3(K.OUTER));
            type = 'OUTER';
          },
        },
      ]);
    });
    return type;
  });

  readonly joinedSource: Rule<JoinedSource> = this.RULE('joinedSource', () => {
    const start = this.mark();
    let within: WithinClause | undefined;
    const type = this.SUBRULE(this.joinType);
    this.CONSUME(K.JOIN);
    const source = this.SUBRULE(this.aliasedSource);
    this.OPTION(() => {
      within = this.SUBRULE(this.withinClause);
    });
    this.CONSUME(K.ON);
    const on = this.SUBRULE(this.expression);
    return this.node<JoinedSource>(start, {
      kind: 'JoinedSource',
      type,
      source,
      on,
      ...(within === undefined ? {} : { within }),
    });
  });

  readonly withinClause: Rule<WithinClause> = this.RULE('withinClause', () => {
    const start = this.mark();
    let grace: Duration | undefined;
    this.CONSUME(K.WITHIN);
    let before: Duration | undefined;
    let after: Duration | undefined;
    this.OR([
      {
        ALT: () => {
          this.CONSUME(LeftParen);
          before = this.SUBRULE(this.duration);
          this.CONSUME(Comma);
          after = this.SUBRULE2(this.duration);
          this.CONSUME(RightParen);
        },
      },
      {
        ALT: () => {
          before = this.SUBRULE3(this.duration);
          after = before;
        },
      },
    ]);
    this.OPTION(() => {
      grace = this.SUBRULE(this.gracePeriod);
    });
    return this.node<WithinClause>(start, {
      kind: 'WithinClause',
      before,
      after,
      ...(grace === undefined ? {} : { grace }),
    } as Omit<WithinClause, 'span'>);
  });

  readonly duration: Rule<Duration> = this.RULE('duration', () => {
    const start = this.mark();
    const amount = this.CONSUME(WholeNumber).image;
    const unit = this.SUBRULE(this.timeUnit);
    return this.node<Duration>(start, { kind: 'Duration', amount, unit });
  });

  readonly gracePeriod: Rule<Duration> = this.RULE('gracePeriod', () => {
    this.CONSUME(K.GRACE);
    this.CONSUME(K.PERIOD);
    return this.SUBRULE(this.duration);
  });

  /** A name before the window's kind is read and has no meaning, as in ksqlDB. */
  readonly windowClause: Rule<WindowClause> = this.RULE('windowClause', () => {
    this.OPTION({ GATE: () => this.LA(2).tokenType !== LeftParen, DEF: () => this.CONSUME(Identifier) });
    return this.OR<WindowClause>([
      { ALT: () => this.SUBRULE(this.tumblingWindow) },
      { ALT: () => this.SUBRULE(this.hoppingWindow) },
      { ALT: () => this.SUBRULE(this.sessionWindow) },
    ]);
  });

  readonly tumblingWindow: Rule<WindowClause> = this.RULE('tumblingWindow', () => {
    const start = this.mark();
    this.CONSUME(K.TUMBLING);
    this.CONSUME(LeftParen);
    this.CONSUME(K.SIZE);
    const size = this.SUBRULE(this.duration);
    const limits = this.SUBRULE(this.windowLimits);
    this.CONSUME(RightParen);
    return this.node<WindowClause>(start, { kind: 'TumblingWindow', size, ...limits });
  });

  readonly hoppingWindow: Rule<WindowClause> = this.RULE('hoppingWindow', () => {
    const start = this.mark();
    this.CONSUME(K.HOPPING);
    this.CONSUME(LeftParen);
    this.CONSUME(K.SIZE);
    const size = this.SUBRULE(this.duration);
    this.CONSUME(Comma);
    this.CONSUME(K.ADVANCE);
    this.CONSUME(K.BY);
    const advance = this.SUBRULE2(this.duration);
    const limits = this.SUBRULE(this.windowLimits);
    this.CONSUME(RightParen);
    return this.node<WindowClause>(start, { kind: 'HoppingWindow', size, advance, ...limits });
  });

  readonly sessionWindow: Rule<WindowClause> = this.RULE('sessionWindow', () => {
    const start = this.mark();
    this.CONSUME(K.SESSION);
    this.CONSUME(LeftParen);
    const gap = this.SUBRULE(this.duration);
    const limits = this.SUBRULE(this.windowLimits);
    this.CONSUME(RightParen);
    return this.node<WindowClause>(start, { kind: 'SessionWindow', gap, ...limits });
  });

  /** `[, RETENTION n unit] [, GRACE PERIOD n unit]`. */
  readonly windowLimits: Rule<WindowLimits> = this.RULE('windowLimits', () => {
    const limits: { retention?: Duration; grace?: Duration } = {};
    this.OPTION({
      GATE: () => this.LA(2).tokenType === K.RETENTION,
      DEF: () => {
        this.CONSUME1(Comma);
        this.CONSUME(K.RETENTION);
        limits.retention = this.SUBRULE(this.duration);
      },
    });
    this.OPTION2(() => {
      this.CONSUME2(Comma);
      limits.grace = this.SUBRULE(this.gracePeriod);
    });
    return limits;
  });

  readonly groupByClause: Rule<GroupingClause> = this.RULE('groupByClause', () => {
    const start = this.mark();
    this.CONSUME(K.GROUP);
    this.CONSUME(K.BY);
    const expressions = this.SUBRULE(this.groupingExpressions);
    return this.node<GroupingClause>(start, { kind: 'GroupBy', expressions });
  });

  readonly partitionByClause: Rule<GroupingClause> = this.RULE('partitionByClause', () => {
    const start = this.mark();
    this.CONSUME(K.PARTITION);
    this.CONSUME(K.BY);
    const expressions = this.SUBRULE(this.groupingExpressions);
    return this.node<GroupingClause>(start, { kind: 'PartitionBy', expressions });
  });

  /** A list, or a list in parentheses, which may be empty; `(a + b) * 2` is neither. */
  readonly groupingExpressions: Rule<readonly Expression[]> = this.RULE('groupingExpressions', () => {
    const expressions: Expression[] = [];
    this.OR([
      {
        GATE: () => this.#listInParenthesesLiesAhead(),
        ALT: () => {
          this.CONSUME(LeftParen);
          this.MANY_SEP({ SEP: Comma, DEF: () => expressions.push(this.SUBRULE(this.expression)) });
          this.CONSUME(RightParen);
        },
      },
      {
        ALT: () => {
          this.AT_LEAST_ONE_SEP({
            SEP: Comma,
            DEF: () => expressions.push(this.SUBRULE2(this.valueExpression)),
          });
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
    return Object.freeze(expressions);
  });

  /** The parenthesis that opens here closes where the clause ends. */
  #listInParenthesesLiesAhead(): boolean {
    if (this.LA(1).tokenType !== LeftParen) return false;
    let depth = 1;
    let distance = 1;
    while (depth > 0) {
      const next = this.LA(++distance);
      if (next.tokenType === LeftParen) depth++;
      else if (next.tokenType === RightParen) depth--;
      else if (next.image === '' || Number.isNaN(next.startOffset)) return false;
    }
    const after = this.LA(distance + 1).tokenType;
    return (
      after === K.EMIT ||
      after === K.HAVING ||
      after === K.LIMIT ||
      after === K.PARTITION ||
      after.name === 'EOF'
    );
  }
}

interface WindowLimits {
  readonly retention?: Duration;
  readonly grace?: Duration;
}
