import { describe, expect, it } from 'vitest';
import { boolean, double, int, list, long, string } from '../../../src/base/config/config-key.ts';
import { atLeast, eachOf } from '../../../src/base/config/config-range.ts';
import { configText } from '../../../src/base/config/config-text.ts';

/** What Apache Kafka 4.3.1 tells of the same texts, by DescribeConfigs. */
describe('the text of a value, as it was read', () => {
  it.each([
    [boolean(false, ''), ' TRUE ', 'true'],
    [boolean(false, ''), 'False', 'false'],
    [int(1, ''), '+7', '7'],
    [int(1, ''), ' 1048576 ', '1048576'],
    [int(1, ''), '-0', '0'],
    [long(1, ''), ' 007', '7'],
    [long(1, ''), '9223372036854775807', '9223372036854775807'],
    [double(1, ''), '5E-1', '0.5'],
    [double(1, ''), ' .50', '0.5'],
    [double(1, ''), '1', '1.0'],
    [double(1, ''), '-1', '-1.0'],
    [double(1, ''), '1e-4', '1.0E-4'],
    [double(1, ''), '12500000', '1.25E7'],
    [double(1, ''), String(Number.MAX_VALUE), '1.7976931348623157E308'],
    [string('', ''), ' gzip', 'gzip'],
    [list('', ''), '0:1, 0:1', '0:1,0:1'],
    [list('', '', eachOf('compact', 'delete')), ' compact , compact', 'compact'],
    [list('', '', eachOf('compact', 'delete')), 'delete,compact,delete', 'delete,compact'],
    [list('', '', eachOf('compact', 'delete')), '', ''],
  ])('%#: %j', (key, written, read) => {
    expect(configText(key, written)).toBe(read);
    expect(configText(key, read)).toBe(read);
  });

  it('is what was written where that is no value', () => {
    expect(configText(int(1, '', atLeast(1)), ' 0')).toBe(' 0');
    expect(configText(boolean(true, ''), 'maybe ')).toBe('maybe ');
  });
});
