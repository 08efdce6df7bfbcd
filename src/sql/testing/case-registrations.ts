import { OperationalError } from '../../base/errors.ts';
import { REFERENCES_ID } from './case-schemas.ts';
import type { CaseSchema, CaseTopic } from './case.ts';

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/** Registers the schemas that topics have before a case begins at a server's registry, under the ids that the case gives them. */
export async function registerAtServer(topics: readonly CaseTopic[], url: string): Promise<void> {
  for (const { name, keySchema, valueSchema } of topics) {
    if (keySchema !== undefined) await registerSchema(`${name}-key`, keySchema, url);
    if (valueSchema !== undefined) await registerSchema(`${name}-value`, valueSchema, url);
  }
}

async function registerSchema(
  subject: string,
  { type, schema, id, references }: CaseSchema,
  url: string,
): Promise<void> {
  for (const [index, each] of references.entries()) {
    const body = { schemaType: type, schema: each.schema, id: REFERENCES_ID + index };
    await registerUnderId(each.name, body, url);
  }
  const body = {
    ...{ schemaType: type, schema },
    references: references.map(({ name }) => ({ name, subject: name, version: 1 })),
  };
  if (id === undefined) await send(`/subjects/${encodeURIComponent(subject)}/versions`, 'POST', body, url);
  else await registerUnderId(subject, { ...body, id }, url);
}

/** A subject takes ids that are given to it in the mode IMPORT alone, and no others. */
async function registerUnderId(subject: string, body: object, url: string): Promise<void> {
  const place = encodeURIComponent(subject);
  await send(`/mode/${place}`, 'PUT', { mode: 'IMPORT' }, url);
  await send(`/subjects/${place}/versions`, 'POST', { ...body, version: 1 }, url);
  await send(`/mode/${place}`, 'PUT', { mode: 'READWRITE' }, url);
}

async function send(path: string, method: 'POST' | 'PUT', body: object, url: string): Promise<void> {
  const request = { method, headers: { 'content-type': MEDIA_TYPE }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, request);
  const text = await answer.text();
  if (answer.ok) return;
  throw new OperationalError('REGISTRATION_FAILED', `${method} ${path}: ${text}`, { retriable: false });
}
