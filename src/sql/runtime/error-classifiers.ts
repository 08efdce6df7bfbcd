import type { QueryErrorKind } from '../host/host.ts';
import type { SessionProperties } from '../analysis/session.ts';

/** Before a name of the user's: what errors are of a kind, as `USER .*regular expression`. */
export const CLASSIFIER_PREFIX = 'ksql.error.classifier.regex.';

interface Classifier {
  readonly kind: QueryErrorKind;
  readonly pattern: RegExp;
}

/** Reads the value of such a property; undefined where it is none. */
export function readClassifier(text: string): Classifier | undefined {
  const [, kind, pattern = ''] = /^\s*(USER|SYSTEM|UNKNOWN)\s+(.+?)\s*$/.exec(text) ?? [];
  if (kind !== 'USER' && kind !== 'SYSTEM' && kind !== 'UNKNOWN') return undefined;
  try {
    return { kind, pattern: new RegExp(`^(?:${pattern})$`) };
  } catch {
    return undefined;
  }
}

/**
 * Says of an error of a query what the properties say of it: by the first pattern that is all of its message or of its name, or of
 * those of what has caused it. Undefined where they say nothing.
 */
export function errorClassifier(
  properties: SessionProperties,
): (error: unknown) => QueryErrorKind | undefined {
  const classifiers = Object.entries(properties).flatMap(([name, value]) =>
    name.startsWith(CLASSIFIER_PREFIX) ? (readClassifier(value) ?? []) : [],
  );
  return (error) => {
    for (let each = error; each instanceof Error; each = each.cause) {
      const { message, name } = each;
      const found = classifiers.find(({ pattern }) => pattern.test(message) || pattern.test(name));
      if (found !== undefined) return found.kind;
    }
    return undefined;
  };
}
