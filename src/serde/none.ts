import { DiagnosticError } from '../base/errors.ts';
import type { Format } from './contract/format.ts';
import { printColumns, requireKnownProperties } from './contract/unsupported.ts';

/** Marks a side that has no columns: nothing is written, whatever is there is ignored. */
export const noneFormat: Format = {
  name: 'NONE',
  features: new Set(),
  properties: [],
  inheritedProperties: [],
  usesSchemaRegistry: false,
  validateProperties: (properties) => requireKnownProperties('NONE', [], properties),
  validate(spec) {
    if (spec.columns.length === 0) return;
    throw new DiagnosticError({
      message: `The 'NONE' format can only be used when no columns are defined. Got: ${printColumns(spec.columns, spec.side)}`,
    });
  },
  createSerde: () => ({ serialize: () => null, deserialize: () => null }),
};
