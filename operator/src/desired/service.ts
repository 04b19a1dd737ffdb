import type { KubernetesObject } from '../api/object.ts';

/** A ClusterIP Service with one port; `appProtocol` tells the mesh what is spoken there. */
export function buildService(service: {
  name: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
  port: { name: string; port: number; targetPort: number; appProtocol: 'http' | 'tcp' };
}): KubernetesObject {
  const { name, labels, selector, port } = service;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: {
      type: 'ClusterIP',
      selector,
      ports: [{ ...port, protocol: 'TCP' }],
    },
  };
}
