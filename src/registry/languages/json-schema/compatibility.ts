import { unreachable } from '../../../base/assert.ts';
import type { ComparisonWork } from '../comparison-work.ts';
import type { Difference } from '../parsed-schema.ts';
import { compareArrays } from './compare-arrays.ts';
import { compareCombined, compareMixed } from './compare-combined.ts';
import { compareObjects } from './compare-objects.ts';
import { compareConstants, compareEnums, compareNumbers, compareStrings } from './compare-values.ts';
import { at, found, type Found, jsonDifference } from './differences.ts';
import type { JsonSchemaNode, NotSchema } from './model.ts';
import { PairResults } from './pair-results.ts';
import { PropertyPatterns } from './property-patterns.ts';
import { referred } from './referred.ts';

/**
 * Returns what keeps a value that the writer's schema lets through from being let through by the reader's: the rules of
 * Confluent's registry for JSON Schema, with its policy STRICT.
 */
export function jsonDifferences(
  reader: JsonSchemaNode,
  writer: JsonSchemaNode,
  work: ComparisonWork,
): readonly Difference[] {
  return new JsonComparison(work).compare(reader, writer).map(jsonDifference);
}

class JsonComparison {
  readonly #work: ComparisonWork;
  readonly #patterns: PropertyPatterns;
  /** Without it schemas whose parts refer to each other would be compared once for each way that leads to them. */
  readonly #results = new PairResults();

  constructor(work: ComparisonWork) {
    this.#work = work;
    this.#patterns = new PropertyPatterns(work);
  }

  readonly compare = (one: JsonSchemaNode, other: JsonSchemaNode): readonly Found[] => {
    const differences = this.#known(referred(one), referred(other));
    // Those of a pair are told at each place that leads to it.
    this.#work.spend(1 + differences.length);
    return differences;
  };

  #known(reader: JsonSchemaNode, writer: JsonSchemaNode): readonly Found[] {
    return this.#results.of(reader, writer, () => {
      this.#work.spend(sizeOf(reader) + sizeOf(writer));
      return this.#work.within(() => this.#compareOnce(reader, writer));
    });
  }

  #compareOnce(reader: JsonSchemaNode, writer: JsonSchemaNode): readonly Found[] {
    const mixed = compareMixed({ reader, writer }, this.compare);
    if (mixed !== undefined) return mixed;
    // Nothing was written, or anything is read.
    if (reader.kind !== writer.kind && (writer.kind === 'none' || reader.kind === 'any')) return [];
    switch (reader.kind) {
      case 'string':
        if (writer.kind === 'string') return compareStrings(reader, writer);
        break;
      case 'number':
        if (writer.kind === 'number') return compareNumbers(reader, writer);
        break;
      case 'enum':
        if (writer.kind === 'enum') return compareEnums({ reader, writer }, this.#work);
        break;
      case 'const':
        if (writer.kind === 'const') return compareConstants(reader, writer);
        break;
      case 'combined':
        if (writer.kind === 'combined')
          return compareCombined({ reader, writer }, { compare: this.compare, work: this.#work });
        break;
      case 'not':
        if (writer.kind === 'not') return this.#negations(reader, writer);
        break;
      case 'object':
        if (writer.kind === 'object')
          return compareObjects({ reader, writer, patterns: this.#patterns }, this.compare);
        break;
      case 'array':
        if (writer.kind === 'array') return compareArrays({ reader, writer }, this.compare);
        break;
      case 'any':
      case 'none':
      case 'boolean':
      case 'null':
      case 'conditional':
      case 'reference':
        if (reader.kind === writer.kind) return [];
        break;
      default:
        unreachable(reader);
    }
    return found('TYPE_CHANGED');
  }

  /** What is excluded may only become less. */
  #negations(reader: NotSchema, writer: NotSchema): readonly Found[] {
    const isNarrowed = this.compare(writer.schema, reader.schema).length === 0;
    return isNarrowed ? [] : at('not', found('NOT_TYPE_EXTENDED'));
  }
}

/** How much of a schema is looked at beside the schemas within it. */
function sizeOf(schema: JsonSchemaNode): number {
  switch (schema.kind) {
    case 'object': {
      const { properties, required, patternProperties, propertyDependencies } = schema;
      const dependent = [...propertyDependencies.values()].reduce((sum, { size }) => sum + size, 0);
      // Each property may be tried with each pattern.
      return properties.size * (1 + patternProperties.length) + required.size + dependent;
    }
    case 'enum':
      return schema.values.length;
    case 'array':
      return schema.prefix.length;
    default:
      return 0;
  }
}
