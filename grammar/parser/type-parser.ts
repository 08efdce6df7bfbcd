import type { StructTypeField, TypeNode } from '../ast.ts';
import {
  BackquotedIdentifier,
  Comma,
  Greater,
  Identifier,
  K,
  LeftParen,
  Less,
  NotEqual,
  QuotedIdentifier,
  RightParen,
  WholeNumber,
} from '../tokens.ts';
import { BaseParser, identifierText, type Rule } from './base-parser.ts';

const synonyms: ReadonlyMap<string, string> = new Map([
  ['INT', 'INTEGER'],
  ['VARCHAR', 'STRING'],
]);

/** Types: `ARRAY<T>`, `MAP<K, V>`, `STRUCT<f T, …>`, `DECIMAL(p, s)`, and names with ignored parameters. */
export class TypeParser extends BaseParser {
  readonly type: Rule<TypeNode> = this.RULE('type', () => {
    const start = this.mark();
    this.enter();
    let type = this.SUBRULE(this.plainType);
    this.MANY(() => {
      this.CONSUME(K.ARRAY);
      const element = type;
      type = this.node<TypeNode>(start, { kind: 'ArrayType', element });
    });
    this.leave();
    return type;
  });

  readonly plainType: Rule<TypeNode> = this.RULE('plainType', () =>
    this.OR<TypeNode>([
      { GATE: () => this.LA(2).tokenType === Less, ALT: () => this.SUBRULE(this.arrayType) },
      { GATE: () => this.LA(2).tokenType === Less, ALT: () => this.SUBRULE(this.mapType) },
      {
        GATE: () => this.LA(2).tokenType === Less || this.LA(2).tokenType === NotEqual,
        ALT: () => this.SUBRULE(this.structType),
      },
      { ALT: () => this.SUBRULE(this.decimalType) },
      { ALT: () => this.SUBRULE(this.namedType), IGNORE_AMBIGUITIES: true },
    ]),
  );

  readonly arrayType: Rule<TypeNode> = this.RULE('arrayType', () => {
    const start = this.mark();
    this.CONSUME(K.ARRAY);
    this.CONSUME(Less);
    const element = this.SUBRULE(this.type);
    this.CONSUME(Greater);
    return this.node<TypeNode>(start, { kind: 'ArrayType', element });
  });

  readonly mapType: Rule<TypeNode> = this.RULE('mapType', () => {
    const start = this.mark();
    this.CONSUME(K.MAP);
    this.CONSUME(Less);
    const key = this.SUBRULE(this.type);
    this.CONSUME(Comma);
    const value = this.SUBRULE2(this.type);
    this.CONSUME(Greater);
    return this.node<TypeNode>(start, { kind: 'MapType', key, value });
  });

  readonly structType: Rule<TypeNode> = this.RULE('structType', () => {
    const start = this.mark();
    const fields: StructTypeField[] = [];
    this.CONSUME(K.STRUCT);
    this.OR([
      // `STRUCT<>` reads as STRUCT followed by "not equal".
      { ALT: () => this.CONSUME(NotEqual) },
      {
        ALT: () => {
          this.CONSUME(Less);
          this.MANY_SEP({
            SEP: Comma,
            DEF: () => {
              const fieldStart = this.mark();
              const name = this.SUBRULE(this.identifier);
              const type = this.SUBRULE(this.type);
              fields.push(this.node<StructTypeField>(fieldStart, { kind: 'StructTypeField', name, type }));
            },
          });
          this.CONSUME(Greater);
        },
      },
    ]);
    Object.freeze(fields);
    return this.node<TypeNode>(start, { kind: 'StructType', fields });
  });

  readonly decimalType: Rule<TypeNode> = this.RULE('decimalType', () => {
    const start = this.mark();
    this.CONSUME(K.DECIMAL);
    this.CONSUME(LeftParen);
    const precision = this.SUBRULE(this.wholeNumber);
    this.CONSUME(Comma);
    const scale = this.SUBRULE2(this.wholeNumber);
    this.CONSUME(RightParen);
    return this.node<TypeNode>(start, { kind: 'DecimalType', precision, scale });
  });

  /** `VARCHAR(255)`: parameters of a base type are read and have no effect; `DEC(p, s)` is a decimal. */
  readonly namedType: Rule<TypeNode> = this.RULE('namedType', () => {
    const start = this.mark();
    const token = this.CONSUME(Identifier);
    const parameters: string[] = [];
    this.OPTION(() => {
      this.CONSUME(LeftParen);
      this.SUBRULE(this.typeParameter, { ARGS: [parameters] });
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.typeParameter, { ARGS: [parameters] });
      });
      this.CONSUME(RightParen, { ERR_MSG: "Expecting {',', ')'}" });
    });
    const quoted = token.tokenType === QuotedIdentifier || token.tokenType === BackquotedIdentifier;
    const name = identifierText(token);
    if (!quoted && name === 'DEC' && parameters.length === 2) {
      return this.node<TypeNode>(start, {
        kind: 'DecimalType',
        precision: Number(parameters[0]),
        scale: Number(parameters[1]),
      });
    }
    return this.node<TypeNode>(start, {
      kind: 'NamedType',
      name: quoted ? name : (synonyms.get(name) ?? name),
      ...(quoted ? { quoted: true } : {}),
    });
  });

  readonly typeParameter: Rule<void, [string[]]> = this.RULE('typeParameter', (parameters) => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.STRING);
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(WholeNumber);
          this.ACTION(() => parameters.push(token.image));
        },
      },
    ]);
  });
}
