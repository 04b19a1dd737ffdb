import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { AuditMark } from '../audit.ts';
import { type Plane, startOperator } from '../controlplane.ts';
import { exercise, installMissingKinds } from './exercise.ts';
import { install } from './installation.ts';
import { type Argued, compareRights, describeRight, forbiddenRights, unargued } from './rights.ts';
import { trespasses } from './trespass.ts';

/** What an installation's rights and requests had to do with each other. */
export type RightsReport = {
  readonly held: number;
  readonly used: number;
  readonly argued: number;
  readonly failures: readonly string[];
};

/** Installs the operator, makes it do everything it does in one namespace, and compares its rights with its requests. */
export async function rightsOfInstallation(
  plane: Plane,
  { namespace, watch }: { namespace: string; watch: readonly string[] },
  say: (line: string) => void,
): Promise<RightsReport> {
  const place = watch[0] ?? `${namespace}-stacks`;
  await plane.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: place } });
  await installMissingKinds(plane.kube);
  const installation = await install(plane, { namespace, watch });
  const mark = new AuditMark(plane.auditLog);
  const operator = await startOperator({
    ...{ kubeconfig: installation.kubeconfig, directory: plane.directory, name: namespace },
    ...(watch.length > 0 && { args: ['--namespaces', watch.join(',')] }),
  });
  const requests = () => mark.since().filter(({ user }) => user === installation.user);
  try {
    const counted = () => requests().some(({ resource, verb }) => resource === 'events' && verb === 'patch');
    await exercise(plane.kube, place, counted, say);
  } finally {
    await operator.stop();
  }
  const events = requests();
  const { held, used, unused, missing } = compareRights(installation.roles, events);
  const idle = unargued(unused, arguedRights());
  const allowed = watch.length === 0 ? [place] : watch;
  const outside = trespasses(events, { user: installation.user, home: namespace, allowed });
  return {
    ...{ held, used, argued: unused.length - idle.length },
    failures: [
      ...forbiddenRights(installation.roles).map(
        (right) => `holds what no operator may: ${describeRight(right)}`,
      ),
      ...idle.map((right) => `holds and never uses: ${describeRight(right)}`),
      ...missing.map((use) => `was refused for want of a right: ${use}`),
      ...outside.filter((what) => !what.startsWith('was forbidden')),
      ...(watch.length === 0 ? [] : wideRequests(events)),
    ].map((failure) => `installation ${namespace}: ${failure}`),
  };
}

/** Requests over the whole cluster by an operator that is limited to namespaces. */
function wideRequests(events: readonly { resource: string; namespace: string; verb: string }[]): string[] {
  const wide = events.filter(({ resource, namespace }) => resource !== '' && namespace === '');
  return [...new Set(wide.map(({ verb, resource }) => `asked the whole cluster: ${verb} ${resource}`))];
}

function arguedRights(): readonly Argued[] {
  // A file of this repository, with the members that its readers use.
  const { rights } = load(readFileSync(join(import.meta.dirname, 'argued.yaml'), 'utf8')) as {
    rights: readonly Argued[];
  };
  return rights;
}
