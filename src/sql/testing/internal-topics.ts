import type { FormatInfo } from '../catalog/data-source.ts';
import type { FormatColumn } from '../../serde/contract/format.ts';
import { formatColumns } from '../lowering/row-serdes.ts';
import { inputsOf, type QueryPlan, type Step } from '../physical/steps.ts';

interface TopicFormats {
  readonly key: FormatInfo;
  readonly value: FormatInfo;
  readonly keyColumns?: readonly FormatColumn[];
}

/** The formats of an internal topic of a query, by its name behind the id of the application; undefined where it has none of this name. */
export function internalTopicFormats({ root }: QueryPlan, name: string): TopicFormats | undefined {
  for (const step of allSteps(root)) {
    const found = topicsOfStep(step).find(([pattern]) => pattern.test(name));
    if (found !== undefined) return { ...found[1], keyColumns: formatColumns(step.schema.key) };
  }
  return undefined;
}

function allSteps(step: Step): readonly Step[] {
  return [step, ...inputsOf(step).flatMap(allSteps)];
}

function topicsOfStep(step: Step): readonly (readonly [RegExp, TopicFormats])[] {
  switch (step.step) {
    case 'source':
      return step.store === undefined ? [] : [[named(`${step.store}-changelog`), step.formats]];
    case 'keyBy':
      return [
        [named(`${step.id}-SelectKey-repartition`), step.formats],
        [named(`${step.id}-Materialize-changelog`), step.formats],
      ];
    case 'aggregate':
      return [
        [named('Aggregate-GroupBy-repartition'), step.formats],
        [named(`${step.store}-changelog`), step.formats],
      ];
    case 'join': {
      const { key, left, right } = step.formats;
      const ofLeft = { key, value: left };
      const ofRight = { key, value: right };
      return [
        [named(`${step.id}-left-repartition`), ofLeft],
        [named(`${step.id}-right-repartition`), ofRight],
        [named(`${step.id}-repartition`), ofLeft],
        ...(step.kind === 'stream-stream' ? windowStores(ofLeft, ofRight) : []),
      ];
    }
    default:
      return [];
  }
}

/** The stores of a join of two streams. */
function windowStores(left: TopicFormats, right: TopicFormats): readonly (readonly [RegExp, TopicFormats])[] {
  return [
    [/^KSTREAM-(?:JOINTHIS|OUTERTHIS)-[0-9]{10}-store-changelog$/, left],
    [/^KSTREAM-(?:JOINOTHER|OUTEROTHER)-[0-9]{10}-store-changelog$/, right],
  ];
}

function named(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
