/** The column of a field: `fullName` is kept in `full_name`. */
export function toSnakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
