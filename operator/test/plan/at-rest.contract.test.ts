import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../../hack/cluster/controlplane.ts';
import { type Kubectl, kubectl } from '../../../hack/cluster/kubectl.ts';
import { ensureTools, run, toolAsset, toolPath } from '../../../hack/toolchain/index.ts';
import { kindOf } from '../../src/api/kinds.ts';
import { loadManifest } from '../../src/api/manifest.ts';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import { managerName } from '../../src/desired/labels.ts';
import { plan, stamped } from '../../src/plan/plan.ts';
import { render } from '../../src/render.ts';

// What a real API server makes of the objects: it fills in defaults, respells and drops, and nothing of that may look
// like a difference, or the operator would write for ever.
const examples = join(import.meta.dirname, '../../../examples');
// Together they hold every Kind and every option that reaches one; e2e applies the other examples too.
const files = ['canary.yaml', 'full.yaml', 'ingress.yaml', 'monolith.yaml', 'requirements.yaml', 'shop.yaml'];
const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-plan-'));
let plane: ControlPlane;
let cluster: Kubectl;

/** The rendered objects whose API the plain API server and Istio's CRDs serve. */
function servedObjects(file: string): KubernetesObject[] {
  return loadManifest(render(file, readFileSync(join(examples, file), 'utf8')).yaml)
    .map(({ content }) => content as KubernetesObject)
    .filter((object) => [undefined, 'istio'].includes(kindOf(object).needs));
}

async function apply(objects: readonly KubernetesObject[]): Promise<string> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const args = ['apply', '--server-side', '--force-conflicts', `--field-manager=${managerName}`, '-f', '-'];
  return run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', plane.kubeconfig, ...args], {
    input: list,
  });
}

async function liveTwins(objects: readonly KubernetesObject[]): Promise<KubernetesObject[]> {
  const wanted = new Set(objects.map(objectKey));
  const resources = new Set(
    objects.map((object) => {
      const { plural, group } = kindOf(object);
      return group === '' ? plural : `${plural}.${group}`;
    }),
  );
  const found: KubernetesObject[] = [];
  for (const namespace of new Set(objects.map(({ metadata }) => metadata.namespace ?? ''))) {
    const list = await cluster.get<{ items: KubernetesObject[] }>([...resources].join(','), '-n', namespace);
    found.push(...(list?.items ?? []));
  }
  return found.filter((object) => wanted.has(objectKey(object)));
}

beforeAll(async () => {
  await ensureTools(['istio'], () => undefined);
  plane = await startControlPlane({ dir: directory, pods: false });
  cluster = kubectl(plane.kubeconfig);
  const istio = toolAsset('istio', 'manifests/charts/base/files/crd-all.gen.yaml');
  await cluster.apply(readFileSync(istio, 'utf8'));
  await cluster('wait', '--for=condition=Established', '--timeout=60s', '-f', istio);
  const namespaces = new Set(files.flatMap(servedObjects).map(({ metadata }) => metadata.namespace ?? ''));
  for (const name of namespaces) {
    await cluster('create', 'namespace', name);
    await cluster('label', 'namespace', name, 'pod-security.kubernetes.io/enforce=restricted');
  }
});

afterAll(async () => {
  await plane.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe.each(files.map((file) => basename(file, '.yaml')))('%s', (name) => {
  const objects = servedObjects(`${name}.yaml`);

  test('is accepted, and once applied nothing is left to do', async () => {
    await apply(objects.map(stamped));
    const live = await liveTwins(objects);
    const { reasons, prune } = plan(objects, live);
    expect(reasons).toEqual({});
    expect(prune).toEqual([]);
    expect(live.length).toBe(objects.length);
  });

  test('has pods that Pod Security restricted admits', async () => {
    const pods = objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ metadata, spec }): KubernetesObject => {
        // Both Kinds hold a pod template there.
        const { template } = spec as { template: { metadata: object; spec: object } };
        return {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { ...template.metadata, name: `probe-${metadata.name}`, namespace: metadata.namespace },
          spec: template.spec,
        };
      });
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods });
    const flags = ['create', '--dry-run=server', '-f', '-'];
    const answer = await run(
      toolPath('kubernetes', 'kubectl'),
      ['--kubeconfig', plane.kubeconfig, ...flags],
      { input: list },
    );
    expect(answer.trim().split('\n').length).toBe(pods.length);
    expect(answer).not.toContain('Warning');
  });
});

describe('drift on a real API server', () => {
  const objects = servedObjects('shop.yaml');
  const patches: [string, string, string][] = [
    ['deployment/product-service', '{"spec":{"replicas":0}}', 'spec.replicas'],
    [
      'deployment/product-service',
      '{"spec":{"template":{"spec":{"containers":[{"name":"product-service","image":"nginx"}]}}}}',
      'spec.template.spec.containers.product-service.image',
    ],
    ['service/product-service', '{"spec":{"selector":{"foo":"bar"}}}', 'spec.selector.foo'],
    ['virtualservice/product-service', '{"spec":{"http":[]}}', 'spec.http'],
    ['authorizationpolicy/product-service', '{"spec":{"rules":[{}]}}', 'spec.rules'],
    ['networkpolicy/product-service', '{"spec":{"ingress":[{}]}}', 'spec.ingress'],
    ['peerauthentication/shop', '{"spec":{"mtls":{"mode":"PERMISSIVE"}}}', 'spec.mtls.mode'],
    ['service/product-service', '{"metadata":{"labels":{"app":"x"}}}', 'metadata.labels.app'],
  ];

  test.each(patches)('%s changed by %s is seen and repaired', async (target, patch, path) => {
    const type = /virtual|policy|peer/.test(target) && !target.startsWith('network') ? 'merge' : 'strategic';
    await cluster('patch', target, '-n', 'shop', `--type=${type}`, '-p', patch);
    const drifted = objects.filter(
      ({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}` === target,
    );
    const { apply: changes, reasons } = plan(drifted, await liveTwins(drifted));
    expect(Object.values(reasons)).toEqual([expect.stringContaining(path)]);
    await apply(changes);
    expect(plan(drifted, await liveTwins(drifted)).reasons).toEqual({});
  });

  test('a field that is desired no more is taken away', async () => {
    const [first, ...others] = objects.filter(({ kind }) => kind === 'ServiceAccount');
    if (first === undefined) throw new Error('no ServiceAccount');
    const before = { ...first, metadata: { ...first.metadata, annotations: { old: 'yes' } } };
    await apply([stamped(before)]);
    const { apply: changes } = plan([first, ...others], await liveTwins([first, ...others]));
    expect(changes.map(objectKey)).toEqual([objectKey(first)]);
    await apply(changes);
    const [live] = await liveTwins([first]);
    expect(live?.metadata.annotations).not.toHaveProperty('old');
  });
});
