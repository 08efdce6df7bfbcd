import type { FunctionParameter, Statement, TypeNode } from '../ast.ts';
import { Comma, DollarText, Identifier, K, LeftParen, RightParen } from '../tokens.ts';
import { nameAsWritten, type Rule } from './base-parser.ts';
import { QueryParser } from './query-parser.ts';

/** CREATE FUNCTION, and what it shares with other definitions. */
export class FunctionParser extends QueryParser {
  readonly ifNotExists: Rule<boolean> = this.RULE('ifNotExists', () => {
    let written = false;
    this.OPTION({
      GATE: () => this.LA(2).tokenType === K.NOT,
      DEF: () => {
        this.CONSUME(K.IF);
        this.CONSUME(K.NOT);
        this.CONSUME(K.EXISTS);
        written = true;
      },
    });
    return written;
  });

  readonly ifExists: Rule<boolean> = this.RULE('ifExists', () => {
    let written = false;
    this.OPTION({
      GATE: () => this.LA(2).tokenType === K.EXISTS,
      DEF: () => {
        this.CONSUME(K.IF);
        this.CONSUME(K.EXISTS);
        written = true;
      },
    });
    return written;
  });

  /** Whether what is created is a function: `CREATE TABLE FUNCTION (...)` is a table of that name. */
  protected isFunction(): boolean {
    if (this.LA(1).tokenType !== K.TABLE) return true;
    const name = this.LA(3).tokenType;
    return this.LA(2).tokenType === K.FUNCTION && isName(name);
  }

  readonly createFunction: Rule<
    Statement,
    [{ readonly start: ReturnType<QueryParser['LA']>; readonly orReplace: boolean }]
  > = this.RULE('createFunction', (created) => {
    let functionKind: 'SCALAR' | 'AGGREGATE' | 'TABLE' = 'SCALAR';
    let state: TypeNode | undefined;
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(K.AGGREGATE);
            functionKind = 'AGGREGATE';
          },
        },
        {
          ALT: () => {
            this.CONSUME(K.TABLE);
            functionKind = 'TABLE';
          },
        },
      ]);
    });
    this.CONSUME(K.FUNCTION);
    const ifNotExists = this.SUBRULE(this.ifNotExists);
    const name = this.SUBRULE(this.identifier);
    const nameSpan = this.lastSpan();
    const parameters = this.SUBRULE(this.functionParameters);
    this.CONSUME(K.RETURNS);
    const returns = this.SUBRULE(this.type);
    this.OPTION2({
      GATE: () => functionKind === 'AGGREGATE',
      DEF: () => {
        this.CONSUME(K.STATE);
        state = this.SUBRULE2(this.type);
      },
    });
    this.CONSUME(K.LANGUAGE);
    const language = this.SUBRULE2(this.identifier);
    const languageSpan = this.lastSpan();
    this.CONSUME(K.AS);
    const source = this.SUBRULE(this.sourceText);
    const sourceSpan = this.lastSpan();
    return this.node<Statement>(created?.start ?? this.LA(1), {
      kind: 'CreateFunction',
      ...{ functionKind, orReplace: created?.orReplace ?? false, ifNotExists, name, nameSpan },
      ...{ parameters, returns, ...(state === undefined ? {} : { state }) },
      ...{ language, languageSpan, source, sourceSpan },
    });
  });

  readonly dropFunction: Rule<Statement, [ReturnType<QueryParser['LA']>]> = this.RULE(
    'dropFunction',
    (start) => {
      this.CONSUME(K.FUNCTION);
      const ifExists = this.SUBRULE(this.ifExists);
      const name = this.SUBRULE(this.identifier);
      const nameSpan = this.lastSpan();
      return this.node<Statement>(start ?? this.LA(1), { kind: 'DropFunction', name, nameSpan, ifExists });
    },
  );

  readonly functionParameters: Rule<readonly FunctionParameter[]> = this.RULE('functionParameters', () => {
    const parameters: FunctionParameter[] = [];
    this.CONSUME(LeftParen);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const start = this.mark();
        const token = this.CONSUME(Identifier);
        const type = this.SUBRULE(this.type);
        this.ACTION(() =>
          parameters.push(
            this.node<FunctionParameter>(start, {
              kind: 'FunctionParameter',
              name: nameAsWritten(token),
              type,
            }),
          ),
        );
      },
    });
    this.CONSUME(RightParen);
    return Object.freeze(parameters);
  });

  /** A text, or one between dollar signs, in which nothing stands for anything else. */
  readonly sourceText: Rule<string> = this.RULE('sourceText', () =>
    this.OR([
      { ALT: () => this.SUBRULE(this.stringValue) },
      { ALT: () => this.CONSUME(DollarText).image.slice(2, -2) },
    ]),
  );
}

const isName = ({ CATEGORIES }: { readonly CATEGORIES?: readonly unknown[] }): boolean =>
  CATEGORIES?.includes(Identifier) === true;
