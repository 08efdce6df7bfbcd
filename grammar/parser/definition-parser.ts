import type {
  ColumnConstraint,
  ColumnDefinition,
  Duration,
  Expression,
  Property,
  Query,
  SourceKind,
  Statement,
} from '../ast.ts';
import { Comma, Equal, Identifier, K, LeftParen, RightParen, StringText } from '../tokens.ts';
import { unquote } from '../../src/base/sql-quotes.ts';
import { identifierText, type Rule } from './base-parser.ts';
import { FunctionParser } from './function-parser.ts';
import type { QueryParser } from './query-parser.ts';

/** What CREATE and DROP statements share: columns, WITH clauses, IF [NOT] EXISTS. */
export class DefinitionParser extends FunctionParser {
  readonly sourceKind: Rule<SourceKind> = this.RULE('sourceKind', () =>
    this.OR<SourceKind>([
      { ALT: () => kindOf(this.CONSUME(K.STREAM), 'STREAM') },
      { ALT: () => kindOf(this.CONSUME(K.TABLE), 'TABLE') },
    ]),
  );

  readonly columns: Rule<readonly ColumnDefinition[]> = this.RULE('columns', () => {
    this.CONSUME(LeftParen);
    const columns = this.SUBRULE(this.columnList);
    this.CONSUME(RightParen, { ERR_MSG: "Expecting {',', ')'}" });
    return columns;
  });

  readonly columnList: Rule<readonly ColumnDefinition[]> = this.RULE('columnList', () => {
    const columns: ColumnDefinition[] = [];
    this.SUBRULE(this.column, { ARGS: [columns] });
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.column, { ARGS: [columns] });
    });
    return Object.freeze(columns);
  });

  readonly column: Rule<void, [ColumnDefinition[]]> = this.RULE('column', (columns) => {
    const start = this.mark();
    let constraint: ColumnConstraint | undefined;
    const name = this.SUBRULE(this.identifier);
    const type = this.SUBRULE(this.type);
    this.OPTION(() => {
      constraint = this.SUBRULE(this.columnConstraint);
    });
    this.ACTION(() =>
      columns.push(
        this.node<ColumnDefinition>(start, {
          kind: 'ColumnDefinition',
          name,
          type,
          ...(constraint === undefined ? {} : { constraint }),
        }),
      ),
    );
  });

  readonly columnConstraint: Rule<ColumnConstraint> = this.RULE('columnConstraint', () =>
    this.OR<ColumnConstraint>([
      {
        ALT: () => {
          this.CONSUME(K.PRIMARY);
          this.CONSUME1(K.KEY);
          return Object.freeze({ kind: 'PrimaryKey' });
        },
      },
      {
        ALT: () => {
          this.CONSUME2(K.KEY);
          return Object.freeze({ kind: 'Key' });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.HEADERS);
          return Object.freeze({ kind: 'Headers' });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.HEADER);
          this.CONSUME(LeftParen);
          const key = this.SUBRULE(this.stringValue);
          this.CONSUME(RightParen);
          return Object.freeze({ kind: 'Headers', key });
        },
      },
    ]),
  );

  /** `(NAME = literal, …)`; names are words or strings, upper-cased. */
  readonly properties: Rule<readonly Property[]> = this.RULE('properties', () => {
    const properties: Property[] = [];
    this.CONSUME(LeftParen);
    this.AT_LEAST_ONE_SEP({
      SEP: Comma,
      DEF: () => {
        const start = this.mark();
        const name = this.OR([
          { ALT: () => identifierText(this.CONSUME(Identifier)) },
          { ALT: () => unquote(this.CONSUME(StringText).image) },
        ]);
        this.CONSUME(Equal);
        const value = this.SUBRULE(this.literal);
        this.ACTION(() =>
          properties.push(this.node<Property>(start, { kind: 'Property', name: name.toUpperCase(), value })),
        );
      },
    });
    this.CONSUME(RightParen);
    return Object.freeze(properties);
  });

  readonly withClause: Rule<readonly Property[]> = this.RULE('withClause', () => {
    let properties: readonly Property[] = noProperties;
    this.OPTION(() => {
      this.CONSUME(K.WITH);
      properties = this.SUBRULE(this.properties);
    });
    return properties;
  });

  readonly names: Rule<readonly string[]> = this.RULE('names', () => {
    const names: string[] = [];
    this.CONSUME(LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => names.push(this.SUBRULE(this.identifier)) });
    this.CONSUME(RightParen);
    return Object.freeze(names);
  });

  readonly optionalNames: Rule<readonly string[]> = this.RULE('optionalNames', () => {
    let names: readonly string[] = noNames;
    this.OPTION(() => {
      names = this.SUBRULE(this.names);
    });
    return names;
  });

  readonly rowValues: Rule<readonly Expression[]> = this.RULE('rowValues', () => {
    const values: Expression[] = [];
    this.CONSUME(LeftParen);
    this.MANY_SEP({ SEP: Comma, DEF: () => values.push(this.SUBRULE(this.valueExpression)) });
    this.CONSUME(RightParen);
    return Object.freeze(values);
  });

  readonly timeoutClause: Rule<Duration | undefined> = this.RULE('timeoutClause', () => {
    let timeout: Duration | undefined;
    this.OPTION(() => {
      this.CONSUME(K.TIMEOUT);
      timeout = this.SUBRULE(this.duration);
    });
    return timeout;
  });

  readonly createStatement: Rule<Statement> = this.RULE('createStatement', () => {
    const start = this.mark();
    let orReplace = false;
    this.CONSUME(K.CREATE);
    this.OPTION(() => {
      this.CONSUME(K.OR);
      this.CONSUME(K.REPLACE);
      orReplace = true;
    });
    return this.OR<Statement>([
      { GATE: () => !orReplace, ALT: () => this.SUBRULE(this.createType, { ARGS: [start] }) },
      {
        GATE: () => !orReplace && this.LA(2).tokenType === K.CONNECTOR,
        ALT: () => this.SUBRULE(this.createConnector, { ARGS: [start] }),
      },
      {
        GATE: () => this.isFunction(),
        ALT: () => this.SUBRULE(this.createFunction, { ARGS: [{ start, orReplace }] }),
      },
      {
        ALT: () => this.SUBRULE(this.createSource, { ARGS: [{ start, orReplace }] }),
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  readonly createType: Rule<Statement, [ReturnType<QueryParser['LA']>]> = this.RULE('createType', (start) => {
    this.CONSUME(K.TYPE);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    this.CONSUME(K.AS);
    const type = this.SUBRULE(this.type);
    return this.node<Statement>(start ?? this.LA(1), { kind: 'CreateType', name, type, ifNotExists });
  });

  readonly createConnector: Rule<Statement, [ReturnType<QueryParser['LA']>]> = this.RULE(
    'createConnector',
    (start) => {
      const connectorKind = this.OR<'SOURCE' | 'SINK'>([
        { ALT: () => kindOf(this.CONSUME(K.SOURCE), 'SOURCE') },
        { ALT: () => kindOf(this.CONSUME(K.SINK), 'SINK') },
      ]);
      this.CONSUME(K.CONNECTOR);
      const ifNotExists = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.identifier);
      this.CONSUME(K.WITH);
      const properties = this.SUBRULE(this.properties);
      return this.node<Statement>(start ?? this.LA(1), {
        kind: 'CreateConnector',
        connectorKind,
        name,
        ifNotExists,
        properties,
      });
    },
  );

  /** CREATE STREAM|TABLE in both its forms: with columns, and AS a query. */
  readonly createSource: Rule<Statement, [{ start: ReturnType<QueryParser['LA']>; orReplace: boolean }]> =
    this.RULE('createSource', (created) => {
      let isSource = false;
      let columns: readonly ColumnDefinition[] | undefined;
      let query: Query | undefined;
      this.OPTION(() => {
        this.CONSUME(K.SOURCE);
        isSource = true;
      });
      const sourceKind = this.SUBRULE(this.sourceKind);
      const ifNotExists = this.SUBRULE(this.ifNotExists);
      const name = this.SUBRULE(this.identifier);
      this.OPTION2(() => {
        columns = this.SUBRULE(this.columns);
      });
      const properties = this.SUBRULE(this.withClause);
      this.OPTION3({
        GATE: () => columns === undefined && !isSource,
        DEF: () => {
          this.CONSUME(K.AS);
          query = this.SUBRULE(this.query);
        },
      });
      const start = created?.start ?? this.LA(1);
      const shared = { sourceKind, orReplace: created?.orReplace ?? false, ifNotExists, name, properties };
      return query === undefined
        ? this.node<Statement>(start, {
            kind: 'CreateSource',
            isSource,
            columns: columns ?? noColumns,
            ...shared,
          })
        : this.node<Statement>(start, { kind: 'CreateSourceAs', query, ...shared });
    });

  readonly dropStatement: Rule<Statement> = this.RULE('dropStatement', () => {
    const start = this.mark();
    this.CONSUME(K.DROP);
    return this.OR<Statement>([
      {
        ALT: () => {
          let deleteTopic = false;
          const sourceKind = this.SUBRULE(this.sourceKind);
          const ifExists = this.SUBRULE1(this.ifExists);
          const name = this.SUBRULE1(this.identifier);
          const nameSpan = this.lastSpan();
          this.OPTION(() => {
            this.CONSUME(K.DELETE);
            this.CONSUME(K.TOPIC);
            deleteTopic = true;
          });
          return this.node<Statement>(start, {
            kind: 'DropSource',
            sourceKind,
            name,
            nameSpan,
            ifExists,
            deleteTopic,
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.TYPE);
          const ifExists = this.SUBRULE2(this.ifExists);
          const name = this.SUBRULE2(this.identifier);
          const nameSpan = this.lastSpan();
          return this.node<Statement>(start, { kind: 'DropType', name, nameSpan, ifExists });
        },
      },
      {
        ALT: () => this.SUBRULE(this.dropFunction, { ARGS: [start] }),
      },
      {
        ALT: () => {
          this.CONSUME(K.CONNECTOR);
          const ifExists = this.SUBRULE3(this.ifExists);
          const name = this.SUBRULE3(this.identifier);
          return this.node<Statement>(start, { kind: 'DropConnector', name, ifExists });
        },
      },
    ]);
  });
}

function kindOf<T extends string>(_token: unknown, value: T): T {
  return value;
}

const noProperties: readonly Property[] = Object.freeze([]);
const noNames: readonly string[] = Object.freeze([]);
const noColumns: readonly ColumnDefinition[] = Object.freeze([]);
