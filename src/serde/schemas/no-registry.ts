import { RegistryError, type SchemaRegistryClient } from './registry-client.ts';

const refuse = (): Promise<never> =>
  Promise.reject(new RegistryError(42801, 'there is no schema registry: set ksql.schema.registry.url'));

/** Where there is no registry: everything is refused. */
export const noRegistry: SchemaRegistryClient = {
  register: refuse,
  latest: refuse,
  versions: refuse,
  byId: refuse,
  lookup: refuse,
  subjects: refuse,
  deleteSubject: refuse,
};
