/** The entity tag of a version. */
export function toEtag(version: number): string {
  return `"${version}"`;
}

/** The version an If-Match header asks for; `any` for `*`, `absent` without the header, otherwise `malformed`. */
export function parseIfMatch(header: string | undefined): number | 'any' | 'absent' | 'malformed' {
  if (header === undefined) return 'absent';
  if (header.trim() === '*') return 'any';
  const match = /^"([1-9][0-9]{0,14})"$/.exec(header.trim());
  return match === null ? 'malformed' : Number(match[1]);
}

/** True when the caller's If-None-Match already names this version, so that 304 says everything. */
export function isNotModified(ifNoneMatch: string | undefined, version: number): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(toEtag(version));
}
