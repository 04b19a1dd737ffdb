import { type Capability, kinds } from '../../src/api/kinds.ts';
import type { ApiServer } from '../cluster/api-server.ts';

/** Installs the Kinds of a capability that the operator makes, without what serves them: any content is accepted. */
export async function installCrds(server: ApiServer, capability: Capability): Promise<void> {
  const rows = kinds.filter(({ needs }) => needs === capability);
  for (const { kind, group, version, plural } of rows) {
    const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const isProtected = group.endsWith('.k8s.io');
    await server.client.request({
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {
          name: `${plural}.${group}`,
          ...(isProtected && { annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } }),
        },
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
