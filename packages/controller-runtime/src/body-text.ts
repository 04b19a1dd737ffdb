/**
 * JSON that is also YAML: the API server reads an apply as YAML, which refuses control characters as they are and
 * takes U+0085, U+2028 and U+2029 for ends of lines, which it folds away. Escaped, they arrive as they were.
 */
export function bodyText(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
