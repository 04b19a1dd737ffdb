import { kinds } from '../../src/api/kinds.ts';
import type { ApiServer } from '../cluster/api-server.ts';

/** Installs the Kinds of Istio that the operator makes, without Istio: any content is accepted. */
export async function installIstioCrds(server: ApiServer): Promise<void> {
  const rows = kinds.filter(({ needs }) => needs === 'istio');
  for (const { kind, group, version, plural } of rows) {
    const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    await server.client.request({
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { kind, plural, singular: kind.toLowerCase() },
          versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: anything } }],
        },
      },
    });
  }
}
