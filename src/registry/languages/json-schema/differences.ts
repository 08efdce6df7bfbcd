import type { Difference } from '../parsed-schema.ts';

/** What Confluent's registry says of a kind of change; `%R` and `%W` are the two schemas, `%P` is the place. */
const SENTENCES = {
  keyword: "The keyword at path '%P' in the %R schema is not present in the %W schema",
  increased: "The value at path '%P' in the %R schema is more than its value in the %W schema",
  decreased: "The value at path '%P' in the %R schema is less than its value in the %W schema",
  changed: "The value at path '%P' is different between the %R and %W schema",
  fewer: "An array or combined type at path '%P' has fewer elements in the %R schema than the %W schema",
  more: "An array or combined type at path '%P' has more elements in the %R schema than the %W schema",
  type: "A type at path '%P' is different between the %R schema and the %W schema",
  open: "The %R schema has an open content model and has a property or item at path '%P' which is missing in the %W schema",
  required:
    "The %R schema has an unopen content model and has a required property at path '%P' which is missing in the %W schema",
  closed:
    "The %R schema has a closed content model and is missing a property or item present at path '%P' in the %W schema",
  removed:
    "A property or item is missing in the %R schema but present at path '%P' in the %W schema and is not covered by its partially open content model",
  added:
    "The %R schema has a property or item at path '%P' which is missing in the %W schema and is not covered by its partially open content model",
  nothing: '',
} as const;

/** The changes that keep a reader from what was written, under Confluent's names, with their sentences. */
const RULES = {
  SCHEMA_ADDED: 'nothing',
  TYPE_CHANGED: 'type',
  TYPE_NARROWED: 'type',
  MAX_LENGTH_ADDED: 'keyword',
  MAX_LENGTH_DECREASED: 'decreased',
  MIN_LENGTH_ADDED: 'keyword',
  MIN_LENGTH_INCREASED: 'increased',
  PATTERN_ADDED: 'keyword',
  PATTERN_CHANGED: 'changed',
  MAXIMUM_ADDED: 'keyword',
  MAXIMUM_DECREASED: 'decreased',
  MINIMUM_ADDED: 'keyword',
  MINIMUM_INCREASED: 'increased',
  EXCLUSIVE_MAXIMUM_ADDED: 'keyword',
  EXCLUSIVE_MAXIMUM_DECREASED: 'decreased',
  EXCLUSIVE_MINIMUM_ADDED: 'keyword',
  EXCLUSIVE_MINIMUM_INCREASED: 'increased',
  MULTIPLE_OF_ADDED: 'keyword',
  MULTIPLE_OF_EXPANDED: 'increased',
  MULTIPLE_OF_CHANGED: 'changed',
  REQUIRED_ATTRIBUTE_ADDED: 'keyword',
  MAX_PROPERTIES_ADDED: 'keyword',
  MAX_PROPERTIES_DECREASED: 'decreased',
  MIN_PROPERTIES_ADDED: 'keyword',
  MIN_PROPERTIES_INCREASED: 'increased',
  ADDITIONAL_PROPERTIES_REMOVED: 'keyword',
  ADDITIONAL_PROPERTIES_NARROWED: 'fewer',
  DEPENDENCY_ARRAY_ADDED: 'keyword',
  DEPENDENCY_ARRAY_EXTENDED: 'more',
  DEPENDENCY_ARRAY_CHANGED: 'changed',
  DEPENDENCY_SCHEMA_ADDED: 'keyword',
  REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: 'open',
  REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL: 'open',
  OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: 'open',
  REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL: 'required',
  PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL: 'closed',
  PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: 'removed',
  PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: 'added',
  MAX_ITEMS_ADDED: 'keyword',
  MAX_ITEMS_DECREASED: 'decreased',
  MIN_ITEMS_ADDED: 'keyword',
  MIN_ITEMS_INCREASED: 'increased',
  MAX_CONTAINS_ADDED: 'keyword',
  MAX_CONTAINS_DECREASED: 'decreased',
  MIN_CONTAINS_ADDED: 'keyword',
  MIN_CONTAINS_INCREASED: 'increased',
  UNIQUE_ITEMS_ADDED: 'keyword',
  ADDITIONAL_ITEMS_REMOVED: 'keyword',
  ADDITIONAL_ITEMS_NARROWED: 'fewer',
  ITEM_ADDED_TO_OPEN_CONTENT_MODEL: 'open',
  ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL: 'closed',
  ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: 'removed',
  ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL: 'added',
  ENUM_ARRAY_NARROWED: 'fewer',
  ENUM_ARRAY_CHANGED: 'type',
  COMBINED_TYPE_CHANGED: 'type',
  COMBINED_TYPE_SUBSCHEMAS_CHANGED: 'type',
  PRODUCT_TYPE_EXTENDED: 'more',
  SUM_TYPE_NARROWED: 'fewer',
  NOT_TYPE_EXTENDED: 'more',
} as const satisfies Readonly<Record<string, keyof typeof SENTENCES>>;

export type JsonRule = keyof typeof RULES;

/** A difference, with its path from the pair of schemas in which it was found. */
export interface Found {
  readonly rule: JsonRule;
  readonly path: readonly string[];
}

/** Found at the pair itself. */
export function found(rule: JsonRule, ...path: readonly string[]): readonly Found[] {
  return [{ rule, path }];
}

/** The same differences, seen from further out. */
export function at(part: string, differences: readonly Found[]): readonly Found[] {
  return differences.map(({ rule, path }) => ({ rule, path: [part, ...path] }));
}

export function jsonDifference({ rule, path }: Found): Difference {
  const place = `#/${path.join('/')}`;
  return {
    type: rule,
    path: place,
    message: (reader, writer) => {
      const description = SENTENCES[RULES[rule]].replace(/%[PRW]/g, (sign) =>
        sign === '%P' ? place : sign === '%R' ? reader : writer,
      );
      return `{errorType:"${rule}", description:"${description}"}`;
    },
  };
}
