import type { IToken, ParserMethod } from 'chevrotain';
import type { Literal, Node, SourceSpan, TimeUnit } from '../ast.ts';
import { unquote } from '../../src/base/sql-quotes.ts';
import { EmbeddedActionsParser } from '../chevrotain.ts';
import { errorMessages } from '../error-messages.ts';
import { spanOf } from '../lexer.ts';
import { checkLimit } from '../limits.ts';
import {
  allTokens,
  BackquotedIdentifier,
  DecimalNumber,
  FloatNumber,
  Identifier,
  K,
  Minus,
  QuotedIdentifier,
  StringText,
  WholeNumber,
} from '../tokens.ts';

export type Rule<Result, Arguments extends unknown[] = []> = ParserMethod<Arguments, Result>;

/** What a node holds beside its span; of a union, what any of its members does. */
export type Fields<N extends Node> = N extends Node ? Omit<N, 'span'> : never;

export interface ParserOptions {
  /** Go on after an error, for an editor. The engine stops at the first. */
  readonly recovery: boolean;
  /** Have Chevrotain check the grammar for ambiguities: slow, done by a test. */
  readonly validate: boolean;
}

/** The bottom of the parser: making nodes, names, literals. The grammar's rules stack up on it, one file per level. */
export class BaseParser extends EmbeddedActionsParser {
  constructor(options: ParserOptions) {
    super([...allTokens], {
      recoveryEnabled: options.recovery,
      maxLookahead: 1,
      skipValidations: !options.validate,
      errorMessageProvider: errorMessages,
    });
  }

  /** How deep what is being parsed stands inside of others. */
  #nesting = 0;

  /** A level deeper. @throws {DiagnosticError} before the parser's stack ends. */
  protected enter(): void {
    this.ACTION(() => checkLimit('NESTING_MAX', ++this.#nesting, () => spanOf(this.LA(1))));
  }

  protected leave(): void {
    this.ACTION(() => {
      this.#nesting--;
    });
  }

  protected resetNesting(): void {
    this.#nesting = 0;
  }

  /** The token with which the node being parsed begins: taken before anything of it is consumed. */
  protected mark(): IToken {
    return this.LA(1);
  }

  /** Where the token stands that was consumed last. */
  protected lastSpan(): SourceSpan {
    return Object.freeze(spanOf(this.LA(0)));
  }

  /** A frozen node that reaches from `start` to the token consumed last. */
  protected node<N extends Node>(start: IToken, fields: Fields<N>): N {
    return this.nodeAt<N>(spanOf(start), fields);
  }

  /** The same from a span: for a node that begins where its first operand did. */
  protected nodeAt<N extends Node>(from: SourceSpan, fields: Fields<N>): N {
    return Object.freeze({ ...fields, span: this.spanFrom(from) } as unknown as N);
  }

  /** From a place to the token consumed last. */
  protected spanFrom(from: SourceSpan): SourceSpan {
    const last = this.LA(0);
    const end = Math.max(from.end, (last?.endOffset ?? from.end - 1) + 1);
    return Object.freeze({ start: from.start, end, line: from.line, column: from.column });
  }

  readonly identifier: Rule<string> = this.RULE('identifier', () => {
    const token = this.CONSUME(Identifier);
    return identifierText(token);
  });

  readonly stringValue: Rule<string> = this.RULE('stringValue', () => {
    const token = this.CONSUME(StringText);
    return unquote(token.image);
  });

  /** A name of Kafka's world, topics and subjects: as a string, or as it is written, since case counts there. */
  readonly resourceName: Rule<string> = this.RULE('resourceName', () =>
    this.OR([
      { ALT: () => nameAsWritten(this.CONSUME(Identifier)) },
      { ALT: () => this.SUBRULE(this.stringValue) },
    ]),
  );

  readonly literal: Rule<Literal> = this.RULE('literal', () => {
    const start = this.mark();
    return this.OR<Literal>([
      {
        ALT: () => {
          this.CONSUME(K.NULL);
          return this.node<Literal>(start, { kind: 'NullLiteral' });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.TRUE);
          return this.node<Literal>(start, { kind: 'BooleanLiteral', value: true });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.FALSE);
          return this.node<Literal>(start, { kind: 'BooleanLiteral', value: false });
        },
      },
      {
        ALT: () => {
          const value = this.SUBRULE(this.stringValue);
          return this.node<Literal>(start, { kind: 'StringLiteral', value });
        },
      },
      { ALT: () => this.SUBRULE(this.number) },
    ]);
  });

  /** A number with an optional minus, which is part of the literal. */
  readonly number: Rule<Literal> = this.RULE('number', () => {
    const start = this.mark();
    let sign = '';
    this.OPTION(() => {
      this.CONSUME(Minus);
      sign = '-';
    });
    return this.OR<Literal>([
      {
        ALT: () => {
          const text = sign + this.CONSUME(WholeNumber).image;
          return this.node<Literal>(start, { kind: 'IntegerLiteral', text });
        },
      },
      {
        ALT: () => {
          const text = sign + this.CONSUME(DecimalNumber).image;
          return this.node<Literal>(start, { kind: 'DecimalLiteral', text });
        },
      },
      {
        ALT: () => {
          const text = sign + this.CONSUME(FloatNumber).image;
          return this.node<Literal>(start, { kind: 'DoubleLiteral', text });
        },
      },
    ]);
  });

  readonly wholeNumber: Rule<number> = this.RULE('wholeNumber', () => {
    const token = this.CONSUME(WholeNumber);
    return Number(token.image);
  });

  readonly timeUnit: Rule<TimeUnit> = this.RULE('timeUnit', () =>
    this.OR<TimeUnit>([
      { ALT: () => unit(this.CONSUME(K.MILLISECOND), 'MILLISECONDS') },
      { ALT: () => unit(this.CONSUME(K.MILLISECONDS), 'MILLISECONDS') },
      { ALT: () => unit(this.CONSUME(K.SECOND), 'SECONDS') },
      { ALT: () => unit(this.CONSUME(K.SECONDS), 'SECONDS') },
      { ALT: () => unit(this.CONSUME(K.MINUTE), 'MINUTES') },
      { ALT: () => unit(this.CONSUME(K.MINUTES), 'MINUTES') },
      { ALT: () => unit(this.CONSUME(K.HOUR), 'HOURS') },
      { ALT: () => unit(this.CONSUME(K.HOURS), 'HOURS') },
      { ALT: () => unit(this.CONSUME(K.DAY), 'DAYS') },
      { ALT: () => unit(this.CONSUME(K.DAYS), 'DAYS') },
    ]),
  );
}

function unit(_token: IToken, name: TimeUnit): TimeUnit {
  return name;
}

/** Unquoted names are upper-cased; quoted ones keep their case. */
export function identifierText(token: IToken): string {
  return isQuoted(token) ? unquote(token.image) : token.image.toUpperCase();
}

export function nameAsWritten(token: IToken): string {
  return isQuoted(token) ? unquote(token.image) : token.image;
}

function isQuoted({ tokenType }: IToken): boolean {
  return tokenType === QuotedIdentifier || tokenType === BackquotedIdentifier;
}
