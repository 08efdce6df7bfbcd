import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Kafka's own message definitions, read where they lie; tests over them are skipped where they are not. */
const shared = process.env['MILLRACE_SHARED'] ?? resolve(import.meta.dirname, '../../../shared');
const root = join(shared, 'reference', 'kafka-messages');

export const haveReferenceMessages = existsSync(root);

export interface ReferenceField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly default?: string | number | boolean | null;
  readonly ignorable?: boolean | string;
  readonly flexibleVersions?: string;
  readonly fields?: readonly ReferenceField[];
}

export interface ReferenceMessage {
  readonly apiKey?: number;
  readonly type: string;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions?: string;
  readonly latestVersionUnstable?: boolean;
  readonly listeners?: readonly string[];
  readonly fields?: readonly ReferenceField[];
  readonly commonStructs?: readonly ReferenceField[];
}

/** Every definition that has versions. */
export function referenceMessages(): readonly ReferenceMessage[] {
  if (!haveReferenceMessages) return [];
  const messages: ReferenceMessage[] = [];
  for (const folder of readdirSync(root)) {
    for (const file of readdirSync(join(root, folder))) {
      if (!file.endsWith('.json')) continue;
      const text = readFileSync(join(root, folder, file), 'utf8');
      const message = JSON.parse(withoutComments(text)) as ReferenceMessage;
      if (message.validVersions !== 'none') messages.push(message);
    }
  }
  return messages;
}

/** Removes both kinds of comments, outside of strings. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, literal?: string) => literal ?? '',
  );
}
