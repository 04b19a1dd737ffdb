const hexDigits = /^[0-9A-F]{2}$/;
const unreserved = /^[A-Za-z0-9._~-]$/;
// RFC 3986 pchar without percent, and the slash. No backslash, no semicolon: servers disagree about both.
const plain = /^[A-Za-z0-9._~!$&'()*+,=:@/-]$/;
const plainQuery = /^[A-Za-z0-9._~!$&'()*+,;=:@/?%|^`{}"[\]\\-]*$/;

export type Target = { readonly path: string; readonly query: string };

/**
 * Splits a request target that is already in its one normal form, and answers undefined for every other: absolute
 * URLs, empty or dot segments, encoded slashes, dots, unreserved or control characters, lower-case hex. What policy
 * judges is then byte for byte what the service behind receives.
 */
export function parseTarget(target: string): Target | undefined {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark);
  if (!path.startsWith('/') || !isNormalPath(path) || !plainQuery.test(query)) return undefined;
  return { path, query };
}

function isNormalPath(path: string): boolean {
  const segments = path.slice(1).split('/');
  // Only the last segment may be empty: `/a/` is a path of its own, `/a//b` is another spelling of `/a/b`.
  if (segments.slice(0, -1).includes('')) return false;
  if (segments.includes('.') || segments.includes('..')) return false;
  for (let index = 0; index < path.length; index += 1) {
    const character = path.charAt(index);
    if (character === '%') {
      if (!isNeededEscape(path.slice(index + 1, index + 3))) return false;
      index += 2;
    } else if (!plain.test(character)) return false;
  }
  return true;
}

function isNeededEscape(hex: string): boolean {
  if (!hexDigits.test(hex)) return false;
  const code = Number.parseInt(hex, 16);
  if (code < 0x20 || code === 0x7f) return false;
  const character = String.fromCharCode(code);
  return !unreserved.test(character) && character !== '/' && character !== '\\' && character !== ';';
}
