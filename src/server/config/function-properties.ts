import { boolean, type ConfigKeys, long, string } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';
import { SANDBOX_SETTINGS } from '../../sql/functions/user/sandbox-limits.ts';

const { callMsMax, memoryBytesMax } = SANDBOX_SETTINGS;

/** Properties of a server for functions that are not built in. A session cannot set them. */
export const functionProperties = {
  'ksql.extension.dir': string(
    null,
    'folder of modules in JavaScript whose functions are loaded at the start; they may do what the server may',
  ),
  'ksql.udfs.enabled': boolean(true, 'CREATE FUNCTION'),
  [callMsMax.name]: long(
    callMsMax.value,
    'how long a call of a function in JavaScript may take; a Millrace property',
    atLeast(1),
  ),
  [memoryBytesMax.name]: long(
    memoryBytesMax.value,
    'bytes that the values of a function in JavaScript may take together; a Millrace property',
    atLeast(1_048_576),
  ),
} as const satisfies ConfigKeys;
