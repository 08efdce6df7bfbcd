import { defineFunction, overload } from '../definition.ts';
import { parseUri } from './uri.ts';

export const urlExtractParameter = defineFunction({
  name: 'url_extract_parameter',
  category: 'URL',
  description: 'The value of a parameter in the query of a URL; empty where it has none.',
  overloads: [
    overload(['input STRING', 'paramToExtract STRING'], 'STRING', (input, wanted) => {
      for (const parameter of (parseUri(input).query ?? '').split('&')) {
        const [name = '', ...value] = parameter.split('=');
        if (name === wanted && parameter !== '') return value.join('=');
      }
      return null;
    }),
  ],
  examples: [{ sql: "URL_EXTRACT_PARAMETER('https://a.b/?x=1&y=2', 'y')", gives: "'2'" }],
});
