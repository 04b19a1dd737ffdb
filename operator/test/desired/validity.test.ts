import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { DestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule';
import { Gateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy';
import { PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication';
import { describe, expect, test } from 'vitest';
import { kindOf } from '../../src/api/kinds.ts';
import { loadManifest } from '../../src/api/manifest.ts';
import { type KubernetesObject, objectKey } from '../../src/api/object.ts';
import { render } from '../../src/render.ts';

type Model = new (data: never) => { validate(): void };

const models: Record<string, Model> = {
  'VirtualService.networking.istio.io': VirtualService,
  'DestinationRule.networking.istio.io': DestinationRule,
  'Gateway.networking.istio.io': Gateway,
  'PeerAuthentication.security.istio.io': PeerAuthentication,
  'AuthorizationPolicy.security.istio.io': AuthorizationPolicy,
  'HTTPRoute.gateway.networking.k8s.io': HTTPRoute,
};

const examples = join(import.meta.dirname, '../../../examples');
const files = readdirSync(examples).filter((file) => file.endsWith('.yaml'));

const objectsIn = (file: string): KubernetesObject[] =>
  loadManifest(render(file, readFileSync(join(examples, file), 'utf8')).yaml).map(
    // What render prints are Kubernetes objects.
    ({ content }) => content as KubernetesObject,
  );

describe.each(files)('%s', (file) => {
  const objects = objectsIn(file);

  test('every mesh and Gateway API object satisfies its schema', () => {
    for (const object of objects) {
      const row = kindOf(object);
      const model = models[`${row.kind}.${row.group}`];
      if (model === undefined) continue;
      // The model's own type is what is being checked here.
      expect(() => new model(object as never).validate(), objectKey(object)).not.toThrow();
    }
  });

  test('no two objects share a name, no name is too long, no label is invalid', () => {
    const keys = objects.map(objectKey);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    for (const { metadata, kind } of objects) {
      expect(metadata.name.length, metadata.name).toBeLessThanOrEqual(kind === 'Service' ? 63 : 253);
      for (const [key, value] of Object.entries(metadata.labels ?? {})) {
        expect(value, key).toMatch(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
      }
    }
  });

  test('every weighted route sums to 100 and names subsets that exist', () => {
    const subsets = new Map(
      objects
        .filter(({ kind }) => kind === 'DestinationRule')
        .map(({ spec }) => {
          const { host, subsets: named = [] } = spec as { host: string; subsets?: { name: string }[] };
          return [host, named.map(({ name }) => name)];
        }),
    );
    for (const object of objects.filter(({ kind }) => kind === 'VirtualService')) {
      const { http } = object.spec as {
        http: { route: { weight: number; destination: { host: string; subset?: string } }[] }[];
      };
      for (const { route } of http) {
        expect(route.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
        for (const { destination } of route) {
          if (destination.subset !== undefined) {
            expect(subsets.get(destination.host)).toContain(destination.subset);
          }
        }
      }
    }
  });
});

test('the models refuse what is wrong', () => {
  const broken = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'x' },
    spec: { host: 4 },
  };
  // A wrong type on purpose: the check above must be able to fail.
  expect(() => new DestinationRule(broken as never).validate()).toThrow();
});
