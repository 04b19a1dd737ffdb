/**
 * Where a live object does not hold what a wanted one asks for: one sentence a place. What only the live one has (status,
 * defaults of the API server) is no difference.
 */
export function missing(wanted: unknown, live: unknown, path = ''): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live)) return [`${path}: wanted a list, found ${show(live)}`];
    if (wanted.length !== live.length)
      return [`${path}: wanted ${wanted.length} elements, found ${live.length}`];
    return wanted.flatMap((element, index) => missing(element, live[index], `${path}[${index}]`));
  }
  if (wanted !== null && typeof wanted === 'object') {
    if (live === null || typeof live !== 'object') {
      // An empty object that says nothing may be left out by the API server.
      return Object.keys(wanted).length === 0 ? [] : [`${path}: wanted an object, found ${show(live)}`];
    }
    return Object.entries(wanted).flatMap(([name, value]) => {
      const found = Object.entries(live).find(([member]) => member === name)?.[1];
      return missing(value, found, path === '' ? name : `${path}.${name}`);
    });
  }
  // The API server leaves out members with their zero value.
  const isZero = wanted === '' || wanted === 0 || wanted === false;
  if (wanted === live || (live === undefined && isZero)) return [];
  return [`${path}: wanted ${show(wanted)}, found ${show(live)}`];
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 120);
}
