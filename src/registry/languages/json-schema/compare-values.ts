import type { ComparisonWork } from '../comparison-work.ts';
import { equalJson, JsonNumber, type JsonValue, printJson } from '../json-text.ts';
import { found, type Found, type JsonRule } from './differences.ts';
import type { ConstSchema, EnumSchema, NumberSchema, StringSchema } from './model.ts';

/** What a keyword's value is compared by; undefined where it is not there. */
interface Limit {
  readonly name: string;
  readonly reader: JsonNumber | number | undefined;
  readonly writer: JsonNumber | number | undefined;
}

interface LimitRules {
  readonly added: JsonRule;
  readonly tightened: JsonRule;
}

/** A greatest value may be raised or dropped. */
export function upperLimit(limit: Limit, rules: LimitRules): readonly Found[] {
  return compareLimit(limit, rules, (reader, writer) => reader < writer);
}

/** A least value may be lowered or dropped. */
export function lowerLimit(limit: Limit, rules: LimitRules): readonly Found[] {
  return compareLimit(limit, rules, (reader, writer) => reader > writer);
}

function compareLimit(
  { name, reader, writer }: Limit,
  { added, tightened }: LimitRules,
  isTightened: (reader: number, writer: number) => boolean,
): readonly Found[] {
  if (reader === undefined) return [];
  if (writer === undefined) return found(added, name);
  return isTightened(numberOf(reader), numberOf(writer)) ? found(tightened, name) : [];
}

function numberOf(limit: JsonNumber | number): number {
  return limit instanceof JsonNumber ? limit.value : limit;
}

export function compareStrings(reader: StringSchema, writer: StringSchema): readonly Found[] {
  return [
    ...upperLimit(
      { name: 'maxLength', reader: reader.maxLength, writer: writer.maxLength },
      { added: 'MAX_LENGTH_ADDED', tightened: 'MAX_LENGTH_DECREASED' },
    ),
    ...lowerLimit(
      { name: 'minLength', reader: reader.minLength, writer: writer.minLength },
      { added: 'MIN_LENGTH_ADDED', tightened: 'MIN_LENGTH_INCREASED' },
    ),
    ...comparePatterns(reader.pattern, writer.pattern),
  ];
}

function comparePatterns(reader: string | undefined, writer: string | undefined): readonly Found[] {
  if (reader === undefined || reader === writer) return [];
  return found(writer === undefined ? 'PATTERN_ADDED' : 'PATTERN_CHANGED', 'pattern');
}

export function compareNumbers(reader: NumberSchema, writer: NumberSchema): readonly Found[] {
  return [
    ...upperLimit(
      { name: 'maximum', reader: reader.maximum, writer: writer.maximum },
      { added: 'MAXIMUM_ADDED', tightened: 'MAXIMUM_DECREASED' },
    ),
    ...lowerLimit(
      { name: 'minimum', reader: reader.minimum, writer: writer.minimum },
      { added: 'MINIMUM_ADDED', tightened: 'MINIMUM_INCREASED' },
    ),
    ...upperLimit(
      { name: 'exclusiveMaximum', reader: reader.exclusiveMaximum, writer: writer.exclusiveMaximum },
      { added: 'EXCLUSIVE_MAXIMUM_ADDED', tightened: 'EXCLUSIVE_MAXIMUM_DECREASED' },
    ),
    ...lowerLimit(
      { name: 'exclusiveMinimum', reader: reader.exclusiveMinimum, writer: writer.exclusiveMinimum },
      { added: 'EXCLUSIVE_MINIMUM_ADDED', tightened: 'EXCLUSIVE_MINIMUM_INCREASED' },
    ),
    ...compareMultiples(reader.multipleOf, writer.multipleOf),
    ...(reader.isInteger && !writer.isInteger ? found('TYPE_NARROWED') : []),
  ];
}

/** What is a multiple of 6 is one of 3. */
function compareMultiples(reader: JsonNumber | undefined, writer: JsonNumber | undefined): readonly Found[] {
  if (reader === undefined) return [];
  if (writer === undefined) return found('MULTIPLE_OF_ADDED', 'multipleOf');
  if (isMultiple(writer, reader)) return [];
  return found(isMultiple(reader, writer) ? 'MULTIPLE_OF_EXPANDED' : 'MULTIPLE_OF_CHANGED', 'multipleOf');
}

function isMultiple(number: JsonNumber, divisor: JsonNumber): boolean {
  const [[left, leftScale], [right, rightScale]] = [scaled(number), scaled(divisor)];
  const scale = Math.max(leftScale, rightScale);
  const [whole, part] = [left * 10n ** BigInt(scale - leftScale), right * 10n ** BigInt(scale - rightScale)];
  return part !== 0n && whole % part === 0n;
}

/** A decimal number as an integer and the number of digits behind its point. */
function scaled({ text }: JsonNumber): [unscaled: bigint, scale: number] {
  const [, sign = '', digits = '0', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const scale = fraction.length - Number(exponent);
  const unscaled = BigInt(`${sign}${digits}${fraction}`);
  // An exponent that no number of use has would be as many digits.
  if (Math.abs(scale) > 1_000) return [BigInt(Math.trunc(Number(text))), 0];
  return scale >= 0 ? [unscaled, scale] : [unscaled * 10n ** BigInt(-scale), 0];
}

export function compareEnums(
  { reader, writer }: { readonly reader: EnumSchema; readonly writer: EnumSchema },
  work: ComparisonWork,
): readonly Found[] {
  if (containsAll(reader.values, writer.values, work)) return [];
  return found(
    containsAll(writer.values, reader.values, work) ? 'ENUM_ARRAY_NARROWED' : 'ENUM_ARRAY_CHANGED',
    'enum',
  );
}

function containsAll(
  values: readonly JsonValue[],
  others: readonly JsonValue[],
  work: ComparisonWork,
): boolean {
  const texts = new Set(values.map((value) => printJson(value)));
  return others.every((other) => {
    if (texts.has(printJson(other))) return true;
    // A text has one spelling here; numbers and objects have several.
    if (typeof other === 'string') return false;
    work.spend(values.length);
    return values.some((value) => equalJson(value, other));
  });
}

/** Nothing but the one value can be read. */
export function compareConstants(reader: ConstSchema, writer: ConstSchema): readonly Found[] {
  return equalJson(reader.value, writer.value) ? [] : found('ENUM_ARRAY_CHANGED', 'const');
}
