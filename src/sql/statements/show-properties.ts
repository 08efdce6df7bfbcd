import { entityOf } from '../entities/statement-entity.ts';
import type { ShowDefinition } from './show-definition.ts';

type PropertiesResult = {
  readonly kind: 'properties';
  readonly text: string;
  readonly properties: Readonly<Record<string, string>>;
};

/** SHOW PROPERTIES: those of the server and of the session. */
export const showProperties: ShowDefinition<PropertiesResult> = {
  execute: ({ text, context: { properties } }) => Promise.resolve({ kind: 'properties', text, properties }),
  entity({ text, properties: values }, facts) {
    const { properties, overwritten, defaults } = facts.listProperties(values);
    const fields = { properties, overwrittenProperties: overwritten, defaultProperties: defaults };
    return Promise.resolve(entityOf('properties', text, fields));
  },
};
