import type { Property, Statement } from '../../../grammar/ast.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { PropertyCheck } from '../engine/check-script.ts';
import { type CaseTopic, expandFile, type TestCase } from './case.ts';
import { isArray, isObject, type Json, JsonNumber, type JsonObject } from './lossless-json.ts';

/** What a REST case expects to be refused with. */
export interface ExpectedRefusal {
  /** ksqlDB's class of the message. */
  readonly type?: string;
  readonly message: string;
  /** Of HTTP. */
  readonly status?: number;
}

/** A case of ksqlDB's rest-query-validation-tests: statements, records, and what the server answers. */
export interface RestCase {
  readonly test: TestCase;
  /** Parts of the entities that the statements before the first SELECT answer. */
  readonly entities: readonly Json[];
  /** For each SELECT, the messages of its answer. */
  readonly answers: readonly (readonly JsonObject[])[];
  /** For each SELECT, the messages of its answer in protobuf. */
  readonly protobufAnswers: readonly (readonly JsonObject[])[];
  readonly inOrder: boolean;
  /** The records are written when the only SELECT runs, not before it. */
  readonly queryFirst: boolean;
  readonly expectedRefusal?: ExpectedRefusal;
}

/** Whether a file of cases is of this kind: it says what the REST API answers. */
export function isRestFile(file: Json): boolean {
  if (!isObject(file) || !isArray(file['tests'])) return false;
  return file['tests'].some((test) => isObject(test) && ('responses' in test || 'expectedError' in test));
}

/** The cases of a file. */
export function restCases(stem: string, file: Json, checkProperty?: PropertyCheck): readonly RestCase[] {
  const tests = isObject(file) && isArray(file['tests']) ? file['tests'] : [];
  return tests.flatMap((each) =>
    expandFile(stem, { tests: [each] }, checkProperty).map((test): RestCase => {
      const raw = isObject(each) ? each : {};
      const responses = isArray(raw['responses']) ? raw['responses'].filter(isObject) : [];
      const messages = (kind: 'query' | 'queryProto'): readonly (readonly JsonObject[])[] =>
        responses.flatMap(({ [kind]: found }) => (isArray(found) ? [found.filter(isObject)] : []));
      return {
        test,
        entities: responses.flatMap(({ admin }) => (admin === undefined ? [] : [admin])),
        answers: messages('query'),
        protobufAnswers: messages('queryProto'),
        inOrder: flagIn(raw['outputConditions'], 'verifyOrder'),
        queryFirst: flagIn(raw['inputConditions'], 'waitForActivePushQuery'),
        ...refusalOf(raw['expectedError']),
      };
    }),
  );
}

function flagIn(conditions: Json | undefined, name: string): boolean {
  return isObject(conditions) && conditions[name] === true;
}

function refusalOf(error: Json | undefined): Pick<RestCase, 'expectedRefusal'> {
  if (!isObject(error)) return {};
  const { type, message, status } = error;
  return {
    expectedRefusal: {
      message: typeof message === 'string' ? message : '',
      ...(typeof type === 'string' ? { type } : {}),
      ...(status instanceof JsonNumber ? { status: Number(status.text) } : {}),
    },
  };
}

/** Partitions of a topic that a case does not speak of. */
const PARTITIONS = 4;

/** The topics that are there before a case begins: those that it lists, and those that its statements declare sources of. */
export function topicsBefore({ statements, topics, inputs }: TestCase): readonly CaseTopic[] {
  const all = new Map(topics.map((topic) => [topic.name, topic]));
  const add = (name: string, partitions: number): void => {
    if (!all.has(name)) all.set(name, { name, partitions, replicas: 1 });
  };
  for (const statement of statements.flatMap(parsedOrNone)) {
    if (statement.kind !== 'CreateSource' || statement.columns.length === 0) continue;
    const property = (wanted: string): string | undefined => textOf(statement.properties, wanted);
    add(property('KAFKA_TOPIC') ?? statement.name, Number(property('PARTITIONS') ?? PARTITIONS));
  }
  for (const { topic } of inputs) add(topic, PARTITIONS);
  return [...all.values()];
}

function textOf(properties: readonly Property[], wanted: string): string | undefined {
  const literal = properties.find(({ name }) => name === wanted)?.value;
  if (literal?.kind === 'StringLiteral') return literal.value;
  return literal !== undefined && 'text' in literal ? literal.text : undefined;
}

/** What the case expects of a statement that cannot be parsed is for the server to say. */
function parsedOrNone(text: string): readonly Statement[] {
  try {
    return parseScript(text).map(({ statement }) => statement);
  } catch (error) {
    if (error instanceof DiagnosticError) return [];
    throw error;
  }
}
