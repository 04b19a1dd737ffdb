import { isNotFound } from '@ecommercestack/controller-runtime';
import { kinds } from '../../../operator/src/api/kinds.ts';
import { dumpManifest, loadManifest } from '../../../operator/src/api/manifest.ts';
import type { KubernetesObject } from '../../../operator/src/api/object.ts';
import { validateStack } from '../../../operator/src/api/validate.ts';
import { ownershipOf } from '../../../operator/src/cluster/ownership.ts';
import { managerName } from '../../../operator/src/desired/labels.ts';
import { intentKey } from '../../../operator/src/desired/revision.ts';
import { render } from '../../../operator/src/render.ts';
import type { Request } from '../arguments.ts';
import { type Change, changesOf } from '../changes.ts';
import { type Connection, connect, listOrGap, resourceOf } from '../connection.ts';
import { type ExitCode, exitCodes, Refusal } from '../exit.ts';
import { readManifest } from '../manifest.ts';
import type { StackSeen } from '../seen.ts';
import { structured, type Terminal } from '../terminal.ts';
import { stackChanges } from '../view/stackchanges.ts';

/** What applying one stack of the file would change. */
type StackDiff = {
  readonly stack: string;
  readonly namespace: string;
  /** The specification itself. */
  readonly spec: readonly string[];
  readonly objects: readonly Change[];
  /** Kinds that could not be compared, and why. */
  readonly gaps: readonly string[];
};

/** `diff -f FILE`: 0 when applying it would change nothing, 1 when it would. */
export async function diff(request: Request, terminal: Terminal): Promise<ExitCode> {
  const { file, text } = await readManifest(request);
  const { problems } = render(file, text);
  if (problems.length > 0) throw new Refusal(exitCodes.degraded, problems.join('\n'));
  const connection = await connect(request);
  const diffs: StackDiff[] = [];
  for (const { content } of loadManifest(text)) {
    const judged = validateStack(content);
    // ConfigMaps of revisions may stand beside a stack; they are compared as parts of it.
    if (judged.ok) diffs.push(await diffOf(connection, judged.stack as unknown as StackSeen, file)); // valid, as read from a cluster
  }
  const form = request.get('output') ?? 'text';
  terminal.out(
    form === 'json' || form === 'yaml' ? structured(form, { items: diffs }) : toText(diffs, terminal),
  );
  const changed = diffs.some(({ spec, objects }) => spec.length > 0 || objects.length > 0);
  return changed ? exitCodes.degraded : exitCodes.healthy;
}

async function diffOf(
  { client, namespace: standard }: Connection,
  wanted: StackSeen,
  file: string,
): Promise<StackDiff> {
  const namespace = wanted.metadata.namespace ?? standard;
  const { name } = wanted.metadata;
  const ref = { name, namespace };
  const live = await client.get(resourceOf('EcommerceStack'), ref).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const there = live as StackSeen | undefined; // checked by the CRD
  const { children, gaps, absent } = await childrenOf(
    { client, namespace },
    { ...ref, uid: there?.metadata.uid },
  );
  const metadata = { ...wanted.metadata, namespace, ...(there && { uid: there.metadata.uid }) };
  // Of the ConfigMaps, render takes the records of revisions.
  const records = children.filter(({ kind, data }) => kind === 'ConfigMap' && intentKey in Object(data));
  const documents = [{ ...wanted, metadata, ...(there?.status && { status: there.status }) }, ...records];
  const { yaml, problems } = render(
    file,
    documents.map((document) => `---\n${dumpManifest(document)}`).join(''),
  );
  if (problems.length > 0) throw new Refusal(exitCodes.degraded, problems.join('\n'));
  // Rendered by us a line above.
  const desired = loadManifest(yaml).map(({ content }) => content as KubernetesObject);
  const comparable = desired.filter(({ kind }) => !absent.has(kind) && kind !== 'Secret');
  return {
    ...{ stack: name, namespace },
    spec: stackChanges(there?.spec, wanted.spec),
    objects: changesOf(comparable, children),
    gaps,
  };
}

/** Everything the operator made for the stack; Secrets are nobody's to read. */
async function childrenOf(
  connection: Connection,
  stack: { readonly name: string; readonly namespace: string; readonly uid?: string },
): Promise<{ children: KubernetesObject[]; gaps: string[]; absent: ReadonlySet<string> }> {
  const owned = kinds.filter((row) => row.owned && row.kind !== 'Secret');
  const lists = await Promise.all(
    owned.map(async ({ kind, needs }) => ({
      ...{ kind, optional: needs !== undefined },
      ...(await listOrGap(connection, resourceOf(kind), `app.kubernetes.io/managed-by=${managerName}`)),
    })),
  );
  return {
    children: lists.flatMap(({ items }) =>
      items.filter((object) => ownershipOf(stack, object) !== 'Foreign'),
    ),
    // The API of an operator that is not installed is no gap: nothing of it is applied either.
    gaps: lists.flatMap(({ gap, absent, optional }) =>
      gap === undefined || (optional && absent) ? [] : [gap],
    ),
    absent: new Set(lists.flatMap(({ gap, kind }) => (gap === undefined ? [] : [kind]))),
  };
}

function toText(diffs: readonly StackDiff[], { paint }: Terminal): string {
  const colour = (line: string) =>
    line.startsWith('+') ? paint('green', line) : line.startsWith('-') ? paint('red', line) : line;
  const lines = diffs.flatMap(({ stack, namespace, spec, objects, gaps }) => [
    ...(spec.length === 0
      ? []
      : [paint('bold', `EcommerceStack ${namespace}/${stack}`), ...spec.map(colour)]),
    ...objects.flatMap(({ change, kind, name, lines: body }) => [
      paint('bold', `${change} ${kind} ${namespace}/${name}`),
      ...body.map(colour),
    ]),
    ...gaps.map((gap) => paint('yellow', gap)),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}
