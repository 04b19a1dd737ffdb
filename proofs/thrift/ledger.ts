import { kinds } from '../../operator/src/api/kinds.ts';
import { type AuditEvent, describeRequest } from '../audit.ts';
import { ownedFields, project } from '../kube/fields.ts';
import type { KubeObject } from '../kube/object.ts';

/** What lives of a stack: `Kind name` and what would have to differ for a write to have been of use. */
export type Picture = ReadonlyMap<string, string>;

/** What became of the objects between two pictures, each named `Kind name`. */
export type Difference = {
  readonly made: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};

/** The objects with their uid and every field that the operator owns; status and what others set is left out. */
export function pictureOf(objects: readonly KubeObject[]): Picture {
  return new Map(
    objects.map((object) => {
      const trie = ownedFields(object);
      const owned = trie === undefined ? '' : JSON.stringify([trie, project(object, trie)]);
      return [`${object.kind} ${object.metadata.name}`, `${object.metadata.uid} ${owned}`];
    }),
  );
}

/** What is made, changed or removed between two pictures. */
export function differenceOf(before: Picture, after: Picture): Difference {
  const keys = [...after.keys()];
  return {
    made: keys.filter((key) => !before.has(key)),
    changed: keys.filter((key) => before.has(key) && before.get(key) !== after.get(key)),
    removed: [...before.keys()].filter((key) => !after.has(key)),
  };
}

/** `made ConfigMap`, `changed Deployment` and so on, sorted; `made ConfigMap of another` where it is not the object's. */
export function summaryOf({ made, changed, removed }: Difference, object: string): string[] {
  const named = (what: string) => (key: string) => {
    const [kind = '', name = ''] = key.split(' ');
    const own = name === object || name.startsWith(`${object}-`);
    return `${what} ${kind}${own ? '' : ' of another'}`;
  };
  return [
    ...made.map(named('made')),
    ...changed.map(named('changed')),
    ...removed.map(named('removed')),
  ].sort();
}

/**
 * Where the writes are not the difference: each object that differs has to be written once, by the request that makes
 * that difference and was not refused, and nothing else may be written. `writes` are requests for children. One delete
 * that lost a race (409) wrote nothing: a claim's controller may have the last word on it in that very moment.
 */
export function judgeWrites(writes: readonly AuditEvent[], { made, changed, removed }: Difference): string[] {
  const lost = new Set<string>();
  const counted = writes.filter((request) => {
    const key = keyOfRequest(request);
    if (request.verb !== 'delete' || request.code !== 409 || lost.has(key)) return true;
    lost.add(key);
    return false;
  });
  const byKey = Map.groupBy(counted, keyOfRequest);
  const wanted: ReadonlyMap<string, readonly string[]> = new Map([
    ...made.map((key): [string, string[]] => [key, ['create 201', 'patch 201']]),
    ...changed.map((key): [string, string[]] => [key, ['patch 200']]),
    ...removed.map((key): [string, string[]] => [key, ['delete 200', 'delete 202']]),
  ]);
  const needless = [...byKey].flatMap(([key, requests]) =>
    wanted.has(key)
      ? requests.slice(1).map((request) => `written more than once: ${describeRequest(request)}`)
      : requests.map((request) => `written though nothing differs: ${describeRequest(request)}`),
  );
  const odd = [...wanted].flatMap(([key, answers]) => {
    const [request] = byKey.get(key) ?? [];
    if (request === undefined) return [`${key} differs and nobody wrote it`];
    const fits = answers.includes(`${request.verb} ${request.code}`);
    return fits ? [] : [`${key} wanted ${answers.join(' or ')}: ${describeRequest(request)}`];
  });
  return [...needless, ...odd];
}

/** `Kind name` of the object that a request is for. */
function keyOfRequest({ group, resource, name }: AuditEvent): string {
  const row = kinds.find((candidate) => candidate.plural === resource && candidate.group === group);
  return `${row?.kind ?? resource} ${name}`;
}
