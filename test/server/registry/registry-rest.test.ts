import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/index.ts';
import { ask, startBroker, startRegistry, type TestRegistry } from './registry-harness.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-'));
let broker: Broker;
let registry: TestRegistry;
let bootstrap = '';

beforeAll(async () => {
  broker = await startBroker(folder);
  bootstrap = `127.0.0.1:${broker.address.port}`;
  registry = await startRegistry(bootstrap);
});

afterAll(async () => {
  await registry.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = (fields: string): string => `{"type":"record","name":"R","fields":[${fields}]}`;
const A = record('{"name":"a","type":"int"}');
const AB = record('{"name":"a","type":"int"},{"name":"b","type":"int","default":0}');
const ABC = record('{"name":"a","type":"int"},{"name":"c","type":"int"}');
const PROTO = 'syntax = "proto3";\n\nmessage M {\n  int32 a = 1;\n}\n';

/** What each request answers, one after the other. */
type Steps = readonly (readonly [request: string, body: unknown, status: number, answer: unknown])[];

async function follow(steps: Steps): Promise<void> {
  for (const [request, body, status, answer] of steps) {
    const found = await ask(registry.url, request, body);
    expect({ request, status: found.status, body: found.body }).toEqual({ request, status, body: answer });
  }
}

const error = (code: number, message: unknown): unknown => ({ error_code: code, message });

describe('the REST API of the registry', () => {
  it('registers, answers and looks up schemas', () =>
    follow([
      ['GET /subjects', undefined, 200, []],
      ['GET /schemas/types', undefined, 200, ['JSON', 'PROTOBUF', 'AVRO']],
      ['POST /subjects/r-value/versions', { schema: A }, 200, { id: 1 }],
      ['POST /subjects/r-value/versions', { schema: ` ${A}` }, 200, { id: 1 }],
      ['POST /subjects/r-value/versions', { schema: AB, schemaType: 'AVRO' }, 200, { id: 2 }],
      ['POST /subjects/p/versions', { schema: PROTO, schemaType: 'PROTOBUF' }, 200, { id: 3 }],
      ['POST /subjects/j/versions', { schema: '{"type":"object"}', schemaType: 'JSON' }, 200, { id: 4 }],
      ['GET /subjects', undefined, 200, ['j', 'p', 'r-value']],
      ['GET /subjects?subjectPrefix=r&limit=1', undefined, 200, ['r-value']],
      ['GET /subjects/r-value/versions', undefined, 200, [1, 2]],
      [
        'GET /subjects/r-value/versions/1',
        undefined,
        200,
        { subject: 'r-value', version: 1, id: 1, schema: A },
      ],
      [
        'GET /subjects/r-value/versions/latest',
        undefined,
        200,
        { subject: 'r-value', version: 2, id: 2, schema: AB },
      ],
      ['GET /subjects/r-value/versions/-1/schema', undefined, 200, JSON.parse(AB)],
      ['GET /schemas/ids/1', undefined, 200, { schema: A }],
      [
        'GET /schemas/ids/3?fetchMaxId=true',
        undefined,
        200,
        { schema: PROTO, schemaType: 'PROTOBUF', maxId: 4 },
      ],
      ['GET /schemas/ids/1/schema', undefined, 200, JSON.parse(A)],
      ['GET /schemas/ids/1/subjects', undefined, 200, ['r-value']],
      ['GET /schemas/ids/2/versions', undefined, 200, [{ subject: 'r-value', version: 2 }]],
      ['POST /subjects/r-value', { schema: A }, 200, { subject: 'r-value', version: 1, id: 1, schema: A }],
      ['POST /subjects/r-value', { schema: '"int"' }, 404, error(40403, 'Schema not found')],
      ['POST /subjects/none', { schema: '"int"' }, 404, error(40401, "Subject 'none' not found.")],
      ['GET /subjects/none/versions', undefined, 404, error(40401, "Subject 'none' not found.")],
      ['GET /subjects/r-value/versions/9', undefined, 404, error(40402, 'Version 9 not found.')],
      [
        'GET /subjects/r-value/versions/x',
        undefined,
        422,
        error(42202, expect.stringContaining("'x' is not a valid version id")),
      ],
      ['GET /schemas/ids/99', undefined, 404, error(40403, 'Schema 99 not found')],
      ['GET /schemas/ids/x', undefined, 404, error(404, 'HTTP 404 Not Found')],
      ['GET /nothing', undefined, 404, error(404, 'HTTP 404 Not Found')],
      [
        'GET /schemas?latestOnly=true&subjectPrefix=r',
        undefined,
        200,
        [{ subject: 'r-value', version: 2, id: 2, schema: AB }],
      ],
    ]));

  it('refuses what is no schema, and what does not go with others', () =>
    follow([
      [
        'POST /subjects/r-value/versions',
        { schema: '{' },
        422,
        error(42201, expect.stringContaining('Invalid schema of type AVRO')),
      ],
      [
        'POST /subjects/r-value/versions',
        { schema: '"int"', schemaType: 'XML' },
        422,
        error(42201, 'Invalid schema type XML'),
      ],
      ['POST /subjects/r-value/versions', {}, 200, { id: 2 }],
      ['POST /subjects/new/versions', {}, 422, error(42201, 'Empty schema')],
      ['POST /subjects/r-value/versions', '{', 400, error(400, expect.stringContaining('not JSON'))],
      ['POST /subjects/r-value/versions', '[]', 422, error(422, 'The request body is not a JSON object')],
      [
        'POST /subjects/r-value/versions',
        { schema: ABC },
        409,
        error(409, expect.stringContaining('READER_FIELD_MISSING_DEFAULT_VALUE')),
      ],
      [
        'POST /compatibility/subjects/r-value/versions/latest',
        { schema: ABC },
        200,
        { is_compatible: false },
      ],
      [
        'POST /compatibility/subjects/r-value/versions/1?verbose=true',
        { schema: AB },
        200,
        { is_compatible: true, messages: [] },
      ],
      [
        'POST /compatibility/subjects/r-value/versions?verbose=true',
        { schema: ABC },
        200,
        { is_compatible: false, messages: expect.arrayContaining([expect.stringContaining("'c'")]) },
      ],
      [
        'POST /compatibility/subjects/none/versions/latest',
        { schema: A },
        404,
        error(40401, "Subject 'none' not found."),
      ],
    ]));

  it('has settings', () =>
    follow([
      ['GET /config', undefined, 200, { compatibilityLevel: 'BACKWARD' }],
      [
        'GET /config/r-value',
        undefined,
        404,
        error(40408, "Subject 'r-value' does not have subject-level compatibility configured"),
      ],
      ['GET /config/r-value?defaultToGlobal=true', undefined, 200, { compatibilityLevel: 'BACKWARD' }],
      ['PUT /config/r-value', { compatibility: 'none' }, 200, { compatibility: 'NONE' }],
      ['GET /config/r-value', undefined, 200, { compatibilityLevel: 'NONE' }],
      [
        'PUT /config',
        { compatibility: 'odd' },
        422,
        error(42203, expect.stringContaining('Invalid compatibility level')),
      ],
      ['POST /subjects/r-value/versions', { schema: ABC }, 200, { id: 5 }],
      ['DELETE /config/r-value', undefined, 200, { compatibilityLevel: 'NONE' }],
      ['GET /mode', undefined, 200, { mode: 'READWRITE' }],
      ['PUT /mode/r-value', { mode: 'READONLY' }, 200, { mode: 'READONLY' }],
      [
        'POST /subjects/r-value/versions',
        { schema: '"int"' },
        422,
        error(42205, 'Subject r-value in context . is in read-only mode'),
      ],
      ['DELETE /mode/r-value', undefined, 200, { mode: 'READONLY' }],
      [
        'GET /mode/r-value',
        undefined,
        404,
        error(40409, "Subject 'r-value' does not have subject-level mode configured"),
      ],
      ['PUT /mode', { mode: 'odd' }, 422, error(42204, expect.stringContaining('Invalid mode'))],
    ]));

  it('has contexts', () =>
    follow([
      ['POST /subjects/:.other:r-value/versions', { schema: '"string"' }, 200, { id: 1 }],
      ['POST /contexts/.other/subjects/s/versions', { schema: '"bytes"' }, 200, { id: 2 }],
      ['GET /contexts', undefined, 200, ['.', '.other']],
      ['GET /contexts/:.other:/subjects', undefined, 200, [':.other:r-value', ':.other:s']],
      ['GET /contexts/.other/schemas/ids/2', undefined, 200, { schema: '"bytes"' }],
      ['GET /schemas/ids/2?subject=:.other:', undefined, 200, { schema: '"bytes"' }],
      ['GET /schemas/ids/2', undefined, 200, { schema: AB }],
      ['PUT /contexts/.other/config', { compatibility: 'FULL' }, 200, { compatibility: 'FULL' }],
      ['GET /config/:.other:s?defaultToGlobal=true', undefined, 200, { compatibilityLevel: 'FULL' }],
    ]));

  it('knows schemas by what they are', () =>
    follow([
      ['POST /subjects/guid/versions', { schema: '"int"' }, 200, { id: 6 }],
      // The MD5 of "int", with its quotes.
      [
        'GET /schemas/guids/ef524ea1-b91e-7317-3d93-8ade36c1db32',
        undefined,
        200,
        { guid: 'ef524ea1-b91e-7317-3d93-8ade36c1db32', schema: '"int"' },
      ],
      [
        'GET /schemas/guids/ef524ea1-b91e-7317-3d93-8ade36c1db32/ids',
        undefined,
        200,
        [{ context: '.', id: 6 }],
      ],
      ['GET /schemas/guids/none/ids', undefined, 404, error(40403, 'Schema none not found')],
    ]));

  it('deletes softly, and for good', () =>
    follow([
      ['DELETE /subjects/r-value/versions/1', undefined, 200, 1],
      ['GET /subjects/r-value/versions', undefined, 200, [2, 3]],
      ['GET /subjects/r-value/versions?deleted=true', undefined, 200, [1, 2, 3]],
      ['GET /subjects/r-value/versions?deletedOnly=true', undefined, 200, [1]],
      [
        'DELETE /subjects/r-value/versions/2?permanent=true',
        undefined,
        404,
        error(40407, expect.stringContaining('was not deleted first')),
      ],
      ['DELETE /subjects/r-value', undefined, 200, [2, 3]],
      ['GET /subjects?deletedOnly=true', undefined, 200, ['r-value']],
      ['DELETE /subjects/r-value', undefined, 404, error(40404, expect.stringContaining('was soft deleted'))],
      ['DELETE /subjects/r-value?permanent=true', undefined, 200, [1, 2, 3]],
      [
        'DELETE /subjects/r-value?permanent=true',
        undefined,
        404,
        error(40401, "Subject 'r-value' not found."),
      ],
    ]));

  it('answers in the type that the client takes', async () => {
    const types = async (accept: string): Promise<unknown> => {
      const { status, type } = await ask(registry.url, 'GET /subjects', undefined, { accept });
      return [status, type];
    };
    const versioned = 'application/vnd.schemaregistry.v1+json';
    expect(await types('*/*')).toEqual([200, versioned]);
    expect(await types(`${versioned}, application/json;q=0.9`)).toEqual([200, versioned]);
    expect(await types('application/json')).toEqual([200, 'application/json']);
    expect(await types('text/html')).toEqual([406, 'application/json']);
  });

  it('is the same after a restart, and beside another server', async () => {
    const before = await ask(registry.url, 'GET /schemas?deleted=true');
    const other = await startRegistry(bootstrap);
    try {
      expect((await ask(other.url, 'GET /schemas?deleted=true')).body).toEqual(before.body);
      const { body } = await ask(registry.url, 'POST /subjects/late/versions', { schema: '"float"' });
      // What changes it is decided on all that others have written.
      expect((await ask(other.url, 'POST /subjects/late/versions', { schema: '"float"' })).body).toEqual(
        body,
      );
    } finally {
      await other.close();
    }
  });

  it('takes many registrations at a time', async () => {
    const schema = (index: number): string => `{"type":"fixed","name":"F${index}","size":${index + 1}}`;
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        ask(registry.url, `POST /subjects/many-${index}/versions`, { schema: schema(index % 20) }),
      ),
    );
    const ids = answers.map(({ body }) => JSON.stringify(body));
    // One schema has one id, under whichever subjects.
    expect(new Set(ids).size).toBe(20);
    expect(ids.slice(0, 20)).toEqual(ids.slice(20));
  });

  it('refuses bodies that are none of its own', async () => {
    const nested = (levels: number) =>
      `{"schema":"\\"int\\"","metadata":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const post = async (body: unknown) => {
      const { status, body: answer } = await ask(registry.url, 'POST /subjects/bodies/versions', body);
      return { status, answer };
    };
    const refused = (message: string) => ({ status: 422, answer: error(422, message) });
    expect(await post(nested(100_000))).toEqual(refused('The request body is nested deeper than 100 levels'));
    expect(await post(nested(100))).toEqual(refused('The request body is nested deeper than 100 levels'));
    const references = 'references: expected a list of objects with name, subject and version';
    for (const wrong of ['x', {}, [null], [{ name: 'X', subject: 'a', version: 'x' }], [{ name: 'X' }]]) {
      expect(await post({ schema: '"int"', references: wrong })).toEqual(refused(references));
    }
    expect(await post({ schema: '"int"', id: 2 ** 31 })).toEqual(
      refused('id: expected an integer of 32 bits'),
    );
    expect(await post({ schema: '"int"', references: null, version: -1 })).toMatchObject({ status: 200 });
    // The deepest one that is taken is read again after a restart.
    expect(await post(nested(99))).toMatchObject({ status: 200 });
    const other = await startRegistry(bootstrap);
    try {
      expect((await ask(other.url, 'GET /subjects/bodies/versions')).body).toEqual([1, 2]);
    } finally {
      await other.close();
    }
  });
});
