import type { PropertyCheck } from '../engine/check-script.ts';
import {
  anything,
  either,
  flag,
  listOf,
  mapOf,
  objectOf,
  oneOf,
  type Shape,
  text,
  wholeNumber,
} from './case-shape.ts';
import { ERROR_MESSAGE_CLASSES, EXCEPTION_CLASSES } from './expected-errors.ts';
import type { Json } from './lossless-json.ts';

const exceptionClass = oneOf(EXCEPTION_CLASSES, 'no class of errors that is known');

const window = objectOf(
  {
    start: wholeNumber,
    end: wholeNumber,
    type: (value, path) =>
      oneOf(['TIME', 'SESSION'], 'no type of window')(
        typeof value === 'string' ? value.toUpperCase() : value,
        path,
      ),
  },
  { required: ['start', 'type'] },
);

const record = objectOf(
  {
    topic: text,
    key: anything,
    value: anything,
    timestamp: wholeNumber,
    window: (value, path) => (value === null ? undefined : window(value, path)),
    headers: listOf(objectOf({ KEY: text, VALUE: anything }, { required: ['KEY'] })),
  },
  { required: ['topic', 'value'], isLenient: true },
);

const topic = objectOf(
  {
    name: text,
    partitions: wholeNumber,
    replicas: wholeNumber,
    format: text,
    keyFormat: anything,
    valueFormat: anything,
    schema: anything,
    keySchema: anything,
    valueSchema: anything,
    keySchemaId: wholeNumber,
    valueSchemaId: wholeNumber,
    keySchemaReferences: anything,
    valueSchemaReferences: anything,
  },
  { required: ['name'] },
);

const topicFormat = objectOf({ format: text, properties: anything, features: listOf(text) });

const post = objectOf({
  sources: listOf(
    objectOf(
      {
        name: text,
        type: text,
        schema: text,
        keyFormat: either(
          text,
          objectOf({
            format: text,
            windowType: text,
            windowSize: wholeNumber,
            properties: anything,
            features: anything,
          }),
        ),
        valueFormat: either(text, objectOf({ format: text, properties: anything, features: anything })),
        keyFeatures: listOf(text),
        valueFeatures: listOf(text),
        isSource: flag,
      },
      { required: ['name'] },
    ),
  ),
  topics: objectOf({
    blacklist: text,
    topics: listOf(
      objectOf(
        {
          name: text,
          keyFormat: topicFormat,
          valueFormat: topicFormat,
          keySchema: anything,
          valueSchema: anything,
          partitions: wholeNumber,
        },
        { required: ['name'] },
      ),
    ),
  }),
});

const answer = listOf(objectOf({ header: anything, row: anything, finalMessage: anything }));

/** Properties of the runner itself. */
const OF_RUNNER = ['use.exact.numeric.comparison'];

/** What ksqlDB's runners of query validation cases and of REST cases know. */
function caseShape(checkProperty: PropertyCheck): Shape {
  return objectOf(
    {
      name: text,
      statements: listOf(text),
      format: listOf(text),
      config: listOf(anything),
      versions: objectOf({ min: anything, max: anything }),
      enabled: flag,
      properties: mapOf((name, _value, path) => {
        const problem = OF_RUNNER.includes(name) ? undefined : checkProperty(name);
        return problem === undefined ? undefined : `${path}: ${problem}`;
      }),
      topics: listOf(topic),
      inputs: listOf(record),
      outputs: listOf(record),
      expectedException: objectOf({
        type: exceptionClass,
        message: text,
        cause: exceptionClass,
        causeMessage: text,
      }),
      post,
      responses: listOf(objectOf({ admin: anything, query: answer, queryProto: answer })),
      expectedError: objectOf({
        type: oneOf(ERROR_MESSAGE_CLASSES, 'no error message that is known'),
        message: text,
        status: wholeNumber,
      }),
      inputConditions: anything,
      outputConditions: objectOf({ verifyOrder: flag }),
      testPullWithProtoFormat: flag,
    },
    { required: ['name', 'statements'] },
  );
}

/** The first thing of a case, as its file has it, that no runner would look at or that is of a wrong kind. */
export function caseFlaw(test: Json, checkProperty: PropertyCheck): string | undefined {
  const problem = caseShape(checkProperty)(test, '');
  return problem?.replace(/^[.:] ?/, '');
}
