import type { ShowDefinition } from './show-definition.ts';

type PropertiesResult = {
  readonly kind: 'properties';
  readonly text: string;
  readonly properties: Readonly<Record<string, string>>;
};

/** SHOW PROPERTIES: those of the server and of the session. */
export const showProperties: ShowDefinition<PropertiesResult> = {
  execute: ({ text, context: { properties } }) => Promise.resolve({ kind: 'properties', text, properties }),
};
