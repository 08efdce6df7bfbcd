/** The longest topic name: with the partition and suffixes it still has to be a file name. */
const TOPIC_NAME_LENGTH_MAX = 249;

/** Whether a topic may have this name: 1 to 249 of letters, digits, dot, underscore and hyphen, and not `.` or `..`. */
export function isValidTopicName(name: string): boolean {
  return (
    name.length <= TOPIC_NAME_LENGTH_MAX && name !== '.' && name !== '..' && /^[a-zA-Z0-9._-]+$/.test(name)
  );
}
