import {
  type ProtoConstant,
  type ProtoEnum,
  type ProtoExtend,
  type ProtoField,
  type ProtoGroup,
  type ProtoLabel,
  type ProtoMessage,
  type ProtoOneof,
  type ProtoOption,
  type Ranges,
  TAG_MAX,
  type TagRange,
} from './file.ts';
import { optionList, optionStatement } from './parse-options.ts';
import type { ProtoTokens } from './tokens.ts';

const LABELS: readonly ProtoLabel[] = ['optional', 'required', 'repeated'];
/** The greatest number of an enum's value. */
const ENUM_MAX = 2 ** 31 - 1;

/** Where fields and groups are put. */
interface FieldLists {
  readonly fields: ProtoField[];
  readonly groups: ProtoGroup[];
}

/** Reads what follows the word `message`. */
export function messageType(tokens: ProtoTokens): ProtoMessage {
  const name = tokens.name();
  return tokens.within(() => messageBody(tokens, name));
}

function messageBody(tokens: ProtoTokens, name: string): ProtoMessage {
  const [fields, groups, oneofs]: [ProtoField[], ProtoGroup[], ProtoOneof[]] = [[], [], []];
  const [reserved, extensions, options]: [Ranges[], Ranges[], ProtoOption[]] = [[], [], []];
  const [messages, enums, extended]: [ProtoMessage[], ProtoEnum[], ProtoExtend[]] = [[], [], []];
  tokens.expect('{');
  while (!tokens.takes('}')) {
    if (tokens.takes(';')) continue;
    if (tokens.takes('message')) messages.push(messageType(tokens));
    else if (tokens.takes('enum')) enums.push(enumType(tokens));
    else if (tokens.takes('extend')) extended.push(extendType(tokens));
    else if (tokens.takes('oneof')) oneofs.push(oneof(tokens));
    else if (tokens.takes('option')) options.push(optionStatement(tokens));
    else if (tokens.takes('reserved')) reserved.push(ranges(tokens, TAG_MAX));
    else if (tokens.takes('extensions')) extensions.push(ranges(tokens, TAG_MAX));
    else member(tokens, { fields, groups });
  }
  return {
    kind: 'message',
    ...{ name, reserved, options, fields, oneofs, groups, extensions, messages, enums, extends: extended },
  };
}

/** Reads a field or a group. */
function member(tokens: ProtoTokens, { fields, groups }: FieldLists): void {
  const label = LABELS.find((word) => tokens.takes(word));
  if (tokens.takes('group')) {
    groups.push(group(tokens, label));
    return;
  }
  const type = fieldType(tokens);
  const name = tokens.name();
  tokens.expect('=');
  const tag = tokens.integer();
  const options = optionList(tokens);
  tokens.expect(';');
  fields.push({ label, type, name, tag, options });
}

function fieldType(tokens: ProtoTokens): string {
  const type = tokens.typeName();
  if (type !== 'map' || !tokens.takes('<')) return type;
  const key = tokens.typeName();
  tokens.expect(',');
  const value = tokens.typeName();
  tokens.expect('>');
  return `map<${key}, ${value}>`;
}

function group(tokens: ProtoTokens, label: ProtoLabel | undefined): ProtoGroup {
  const name = tokens.name();
  tokens.expect('=');
  const tag = tokens.integer();
  optionList(tokens);
  const { fields } = tokens.within(() => messageBody(tokens, name));
  return { label, name, tag, fields };
}

function oneof(tokens: ProtoTokens): ProtoOneof {
  const name = tokens.name();
  const [options, fields, groups]: [ProtoOption[], ProtoField[], ProtoGroup[]] = [[], [], []];
  tokens.expect('{');
  while (!tokens.takes('}')) {
    if (tokens.takes(';')) continue;
    if (tokens.takes('option')) options.push(optionStatement(tokens));
    else member(tokens, { fields, groups });
  }
  return { name, options, fields, groups };
}

/** Reads what follows the word `extend`. */
export function extendType(tokens: ProtoTokens): ProtoExtend {
  const name = tokens.typeName();
  const [fields, groups]: [ProtoField[], ProtoGroup[]] = [[], []];
  tokens.expect('{');
  while (!tokens.takes('}')) if (!tokens.takes(';')) member(tokens, { fields, groups });
  return { name, fields };
}

/** Reads what follows the word `enum`. */
export function enumType(tokens: ProtoTokens): ProtoEnum {
  const name = tokens.name();
  const [options, constants, reserved]: [ProtoOption[], ProtoConstant[], Ranges[]] = [[], [], []];
  tokens.expect('{');
  while (!tokens.takes('}')) {
    if (tokens.takes(';')) continue;
    if (tokens.takes('option')) options.push(optionStatement(tokens));
    else if (tokens.takes('reserved')) reserved.push(ranges(tokens, ENUM_MAX));
    else constants.push(constant(tokens));
  }
  return { kind: 'enum', name, options, constants, reserved };
}

function constant(tokens: ProtoTokens): ProtoConstant {
  const name = tokens.name();
  tokens.expect('=');
  const tag = tokens.integer();
  const options = optionList(tokens);
  tokens.expect(';');
  return { name, tag, options };
}

/** Reads `1, 3 to 5, 10 to max;` or names, with options behind it in newer files. */
function ranges(tokens: ProtoTokens, greatest: number): Ranges {
  const found: (TagRange | string)[] = [];
  do found.push(tokens.isString ? tokens.string() : range(tokens, greatest));
  while (tokens.takes(','));
  optionList(tokens);
  tokens.expect(';');
  return found;
}

function range(tokens: ProtoTokens, greatest: number): TagRange | string {
  // Editions have names without quotes here.
  if (/^[A-Za-z_]/.test(tokens.peek)) return tokens.name();
  const first = tokens.integer();
  if (!tokens.takes('to')) return { first, last: first };
  return { first, last: tokens.takes('max') ? greatest : tokens.integer() };
}
