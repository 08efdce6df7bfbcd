import type { IToken } from 'chevrotain';
import type { ColumnDefinition, Expression, ShowSubject, Statement, TypeNode } from '../ast.ts';
import { EOF } from '../chevrotain.ts';
import { Comma, Equal, K, StringText } from '../tokens.ts';
import { unquote } from '../../src/base/sql-quotes.ts';
import type { ParserOptions, Rule } from './base-parser.ts';
import { DefinitionParser } from './definition-parser.ts';

/** The top of the parser: one statement, without its semicolon. Rules have the names of the reference's statements. */
export class SqlParser extends DefinitionParser {
  readonly statement: Rule<Statement> = this.RULE('statement', () =>
    this.OR<Statement>([
      { ALT: () => this.SUBRULE(this.queryStatement) },
      { ALT: () => this.SUBRULE(this.createStatement) },
      { ALT: () => this.SUBRULE(this.insertStatement) },
      { ALT: () => this.SUBRULE(this.dropStatement) },
      { ALT: () => this.SUBRULE(this.showStatement) },
      { ALT: () => this.SUBRULE(this.describeStatement) },
      { ALT: () => this.SUBRULE(this.explainStatement) },
      { ALT: () => this.SUBRULE(this.printStatement) },
      { ALT: () => this.SUBRULE(this.queryControlStatement) },
      { ALT: () => this.SUBRULE(this.setStatement) },
      { ALT: () => this.SUBRULE(this.unsetStatement) },
      { ALT: () => this.SUBRULE(this.defineStatement) },
      { ALT: () => this.SUBRULE(this.undefineStatement) },
      { ALT: () => this.SUBRULE(this.alterStatement) },
      { ALT: () => this.SUBRULE(this.assertStatement) },
      { ALT: () => this.SUBRULE(this.runScriptStatement) },
    ]),
  );

  readonly queryStatement: Rule<Statement> = this.RULE('queryStatement', () => {
    const start = this.mark();
    const query = this.SUBRULE(this.query);
    return this.node<Statement>(start, { kind: 'QueryStatement', query });
  });

  readonly insertStatement: Rule<Statement> = this.RULE('insertStatement', () => {
    const start = this.mark();
    this.CONSUME(K.INSERT);
    this.CONSUME(K.INTO);
    const target = this.SUBRULE(this.identifier);
    const nameSpan = this.lastSpan();
    return this.OR<Statement>([
      {
        ALT: () => {
          const columns = this.SUBRULE(this.optionalNames);
          this.CONSUME(K.VALUES);
          const values = this.SUBRULE(this.rowValues);
          return this.node<Statement>(start, { kind: 'InsertValues', target, nameSpan, columns, values });
        },
      },
      {
        ALT: () => {
          const properties = this.SUBRULE(this.withClause);
          const query = this.SUBRULE(this.query);
          return this.node<Statement>(start, { kind: 'InsertInto', target, nameSpan, properties, query });
        },
      },
    ]);
  });

  readonly showStatement: Rule<Statement> = this.RULE('showStatement', () => {
    const start = this.mark();
    let all = false;
    let extended = false;
    let connectorKind: 'SOURCE' | 'SINK' | undefined;
    this.OR([{ ALT: () => this.CONSUME(K.SHOW) }, { ALT: () => this.CONSUME(K.LIST) }]);
    const subject = this.OR2<ShowSubject>([
      { ALT: () => word(this.CONSUME(K.PROPERTIES), 'PROPERTIES') },
      {
        ALT: () => {
          this.OPTION1(() => {
            this.CONSUME(K.ALL);
            all = true;
          });
          return word(this.CONSUME(K.TOPICS), 'TOPICS');
        },
      },
      { ALT: () => word(this.CONSUME(K.STREAMS), 'STREAMS') },
      { ALT: () => word(this.CONSUME(K.TABLES), 'TABLES') },
      { ALT: () => word(this.CONSUME(K.FUNCTIONS), 'FUNCTIONS') },
      { ALT: () => word(this.CONSUME(K.TYPES), 'TYPES') },
      { ALT: () => word(this.CONSUME(K.VARIABLES), 'VARIABLES') },
      { ALT: () => word(this.CONSUME(K.QUERIES), 'QUERIES') },
      {
        ALT: () => {
          this.CONSUME(K.CONNECTOR);
          return word(this.CONSUME(K.PLUGINS), 'CONNECTOR PLUGINS');
        },
      },
      {
        ALT: () => {
          this.OPTION2(() => {
            connectorKind = this.OR3<'SOURCE' | 'SINK'>([
              { ALT: () => word(this.CONSUME(K.SOURCE), 'SOURCE') },
              { ALT: () => word(this.CONSUME(K.SINK), 'SINK') },
            ]);
          });
          return word(this.CONSUME(K.CONNECTORS), 'CONNECTORS');
        },
      },
    ]);
    this.OPTION3({
      GATE: () => ['TOPICS', 'STREAMS', 'TABLES', 'QUERIES'].includes(subject),
      DEF: () => {
        this.CONSUME(K.EXTENDED);
        extended = true;
      },
    });
    return this.node<Statement>(start, {
      kind: 'Show',
      subject,
      extended,
      all,
      ...(connectorKind === undefined ? {} : { connectorKind }),
    });
  });

  readonly describeStatement: Rule<Statement> = this.RULE('describeStatement', () => {
    const start = this.mark();
    let extended = false;
    this.CONSUME(K.DESCRIBE);
    const described = this.OR<{
      subject: 'SOURCE' | 'FUNCTION' | 'CONNECTOR' | 'STREAMS' | 'TABLES';
      name?: string;
    }>([
      { ALT: () => ({ subject: word(this.CONSUME(K.STREAMS), 'STREAMS') }) },
      {
        GATE: () => this.LA(2).tokenType === EOF || this.LA(2).tokenType === K.EXTENDED,
        ALT: () => ({ subject: word(this.CONSUME(K.TABLES), 'TABLES') }),
      },
      {
        GATE: () => this.LA(2).tokenType !== EOF,
        ALT: () => ({
          subject: word(this.CONSUME(K.FUNCTION), 'FUNCTION'),
          name: this.SUBRULE1(this.identifier),
          nameSpan: this.lastSpan(),
        }),
      },
      {
        ALT: () => ({
          subject: word(this.CONSUME(K.CONNECTOR), 'CONNECTOR'),
          name: this.SUBRULE2(this.identifier),
        }),
      },
      {
        ALT: () => ({
          subject: 'SOURCE' as const,
          name: this.SUBRULE3(this.identifier),
          nameSpan: this.lastSpan(),
        }),
        IGNORE_AMBIGUITIES: true,
      },
    ]);
    this.OPTION(() => {
      this.CONSUME(K.EXTENDED);
      extended = true;
    });
    return this.node<Statement>(start, { kind: 'Describe', extended, ...described });
  });

  /** EXPLAIN of a statement, or of a query by its id. */
  readonly explainStatement: Rule<Statement> = this.RULE('explainStatement', () => {
    const start = this.mark();
    this.CONSUME(K.EXPLAIN);
    return this.OR<Statement>([
      {
        GATE: () => this.LA(2).tokenType !== EOF,
        ALT: () => {
          const statement = this.SUBRULE(this.statement);
          return this.node<Statement>(start, { kind: 'Explain', statement });
        },
      },
      {
        ALT: () => {
          const queryId = this.SUBRULE(this.identifier);
          return this.node<Statement>(start, { kind: 'Explain', queryId });
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  readonly printStatement: Rule<Statement> = this.RULE('printStatement', () => {
    const start = this.mark();
    let fromBeginning = false;
    let interval: number | undefined;
    let limit: number | undefined;
    this.CONSUME(K.PRINT);
    const topic = this.SUBRULE(this.resourceName);
    this.OPTION(() => {
      this.CONSUME(K.FROM);
      this.CONSUME(K.BEGINNING);
      fromBeginning = true;
    });
    this.OPTION2(() => {
      this.OR([{ ALT: () => this.CONSUME(K.INTERVAL) }, { ALT: () => this.CONSUME(K.SAMPLE) }]);
      interval = this.SUBRULE(this.wholeNumber);
    });
    this.OPTION3(() => {
      this.CONSUME(K.LIMIT);
      limit = this.SUBRULE2(this.wholeNumber);
    });
    return this.node<Statement>(start, {
      kind: 'Print',
      topic,
      fromBeginning,
      ...(interval === undefined ? {} : { interval }),
      ...(limit === undefined ? {} : { limit }),
    });
  });

  /** TERMINATE, PAUSE, RESUME. */
  readonly queryControlStatement: Rule<Statement> = this.RULE('queryControlStatement', () => {
    const start = this.mark();
    const action = this.OR<'TERMINATE' | 'PAUSE' | 'RESUME'>([
      { ALT: () => word(this.CONSUME(K.TERMINATE), 'TERMINATE') },
      { ALT: () => word(this.CONSUME(K.PAUSE), 'PAUSE') },
      { ALT: () => word(this.CONSUME(K.RESUME), 'RESUME') },
    ]);
    return this.OR2<Statement>([
      {
        ALT: () => {
          this.CONSUME(K.ALL);
          return this.node<Statement>(start, { kind: 'QueryControl', action });
        },
      },
      {
        ALT: () => {
          const queryId = this.SUBRULE(this.identifier);
          return this.node<Statement>(start, { kind: 'QueryControl', action, queryId });
        },
      },
    ]);
  });

  readonly setStatement: Rule<Statement> = this.RULE('setStatement', () => {
    const start = this.mark();
    this.CONSUME(K.SET);
    const name = this.CONSUME1(StringText).image;
    this.CONSUME(Equal);
    const value = this.CONSUME2(StringText).image;
    return this.node<Statement>(start, { kind: 'SetProperty', name: unquote(name), value: unquote(value) });
  });

  readonly unsetStatement: Rule<Statement> = this.RULE('unsetStatement', () => {
    const start = this.mark();
    this.CONSUME(K.UNSET);
    const name = this.SUBRULE(this.stringValue);
    return this.node<Statement>(start, { kind: 'UnsetProperty', name });
  });

  readonly defineStatement: Rule<Statement> = this.RULE('defineStatement', () => {
    const start = this.mark();
    this.CONSUME(K.DEFINE);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(Equal);
    const value = this.SUBRULE(this.stringValue);
    return this.node<Statement>(start, { kind: 'DefineVariable', name, value });
  });

  readonly undefineStatement: Rule<Statement> = this.RULE('undefineStatement', () => {
    const start = this.mark();
    this.CONSUME(K.UNDEFINE);
    const name = this.SUBRULE(this.identifier);
    return this.node<Statement>(start, { kind: 'UndefineVariable', name });
  });

  readonly alterStatement: Rule<Statement> = this.RULE('alterStatement', () => {
    const start = this.mark();
    this.CONSUME(K.ALTER);
    return this.OR<Statement>([
      {
        ALT: () => {
          this.CONSUME(K.SYSTEM);
          const name = this.SUBRULE1(this.stringValue);
          this.CONSUME(Equal);
          const value = this.SUBRULE2(this.stringValue);
          return this.node<Statement>(start, { kind: 'AlterSystem', name, value });
        },
      },
      {
        ALT: () => {
          const columns: ColumnDefinition[] = [];
          const sourceKind = this.SUBRULE(this.sourceKind);
          const name = this.SUBRULE(this.identifier);
          const nameSpan = this.lastSpan();
          this.AT_LEAST_ONE_SEP({
            SEP: Comma,
            DEF: () => {
              this.CONSUME(K.ADD);
              this.OPTION({ GATE: () => this.LA(2).tokenType !== EOF, DEF: () => this.CONSUME(K.COLUMN) });
              const columnStart = this.mark();
              const columnName = this.SUBRULE2(this.identifier);
              const type = this.SUBRULE(this.type);
              columns.push(
                this.node<ColumnDefinition>(columnStart, {
                  kind: 'ColumnDefinition',
                  name: columnName,
                  type,
                }),
              );
            },
          });
          Object.freeze(columns);
          return this.node<Statement>(start, { kind: 'AlterSource', sourceKind, name, nameSpan, columns });
        },
      },
    ]);
  });

  readonly assertStatement: Rule<Statement> = this.RULE('assertStatement', () => {
    const start = this.mark();
    let exists = true;
    this.CONSUME(K.ASSERT);
    return this.OR<Statement>([
      {
        ALT: () => {
          this.CONSUME1(K.VALUES);
          const target = this.SUBRULE1(this.identifier);
          const columns = this.SUBRULE1(this.optionalNames);
          this.CONSUME2(K.VALUES);
          const values = this.SUBRULE1(this.rowValues);
          return this.node<Statement>(start, { kind: 'AssertValues', target, columns, values });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.NULL);
          this.CONSUME3(K.VALUES);
          const target = this.SUBRULE2(this.identifier);
          const columns = this.SUBRULE2(this.optionalNames);
          this.CONSUME(K.KEY);
          const values = this.SUBRULE2(this.rowValues);
          return this.node<Statement>(start, { kind: 'AssertTombstone', target, columns, values });
        },
      },
      {
        ALT: () => {
          let columns: readonly ColumnDefinition[] = [];
          const sourceKind = this.SUBRULE(this.sourceKind);
          const name = this.SUBRULE3(this.identifier);
          this.OPTION1(() => {
            columns = this.SUBRULE(this.columns);
          });
          const properties = this.SUBRULE1(this.withClause);
          return this.node<Statement>(start, { kind: 'AssertSource', sourceKind, name, columns, properties });
        },
      },
      {
        ALT: () => {
          this.OPTION2(() => {
            this.CONSUME(K.NOT);
            this.CONSUME(K.EXISTS);
            exists = false;
          });
          return this.OR2<Statement>([
            {
              ALT: () => {
                this.CONSUME(K.TOPIC);
                const topic = this.SUBRULE1(this.resourceName);
                const properties = this.SUBRULE2(this.withClause);
                const timeout = this.SUBRULE1(this.timeoutClause);
                return this.node<Statement>(start, {
                  kind: 'AssertTopic',
                  topic,
                  exists,
                  properties,
                  ...(timeout === undefined ? {} : { timeout }),
                });
              },
            },
            {
              ALT: () => {
                let subject: string | undefined;
                let id: number | undefined;
                this.CONSUME(K.SCHEMA);
                this.OPTION3(() => {
                  this.CONSUME(K.SUBJECT);
                  subject = this.SUBRULE2(this.resourceName);
                });
                this.OPTION4(() => {
                  this.CONSUME(K.ID);
                  id = this.SUBRULE(this.wholeNumber);
                });
                const timeout = this.SUBRULE2(this.timeoutClause);
                return this.node<Statement>(start, {
                  kind: 'AssertSchema',
                  exists,
                  ...(subject === undefined ? {} : { subject }),
                  ...(id === undefined ? {} : { id }),
                  ...(timeout === undefined ? {} : { timeout }),
                });
              },
            },
          ]);
        },
      },
    ]);
  });

  readonly runScriptStatement: Rule<Statement> = this.RULE('runScriptStatement', () => {
    const start = this.mark();
    this.CONSUME(K.RUN);
    this.CONSUME(K.SCRIPT);
    const path = this.SUBRULE(this.stringValue);
    return this.node<Statement>(start, { kind: 'RunScript', path });
  });

  /** One expression alone, for tools and tests. */
  readonly singleExpression: Rule<Expression> = this.RULE('singleExpression', () =>
    this.SUBRULE(this.expression),
  );

  /** One type alone. */
  readonly singleType: Rule<TypeNode> = this.RULE('singleType', () => this.SUBRULE(this.type));

  /** Columns alone: schema texts. */
  readonly singleColumns: Rule<readonly ColumnDefinition[]> = this.RULE('singleColumns', () =>
    this.SUBRULE(this.columnList),
  );

  /** Begins on the tokens of one statement. Rules are analysed by the first parser only, see `parse.ts`. */
  begin(tokens: IToken[]): void {
    this.resetScopes();
    this.input = tokens;
  }

  constructor(options: ParserOptions) {
    super(options);
    this.performSelfAnalysis();
  }
}

function word<T extends string>(_token: unknown, text: T): T {
  return text;
}
