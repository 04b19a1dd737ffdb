import type { CompletedExposure } from '../api/completed.ts';
import type { KubernetesObject } from '../api/object.ts';

/** The Ingress: every route on every host, and TLS for all of them. */
export function buildIngress(edge: {
  name: string;
  labels: Record<string, string>;
  exposure: CompletedExposure;
}): KubernetesObject {
  const { ingress, hosts, tls, routes } = edge.exposure;
  const annotations = { ...issuerAnnotation(tls), ...ingress.annotations };
  const http = {
    paths: routes.map(({ path, objectName, port }) => ({
      path,
      pathType: 'Prefix',
      backend: { service: { name: objectName, port: { number: port } } },
    })),
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: edge.name,
      labels: edge.labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      ...(ingress.className !== undefined && { ingressClassName: ingress.className }),
      ...(tls && { tls: [{ ...(hosts.length > 0 && { hosts }), secretName: tls.secretName }] }),
      rules: hosts.length > 0 ? hosts.map((host) => ({ host, http })) : [{ http }],
    },
  };
}

function issuerAnnotation(tls: CompletedExposure['tls']): Record<string, string> {
  if (tls?.issuerRef === undefined) return {};
  const { kind, name } = tls.issuerRef;
  return { [`cert-manager.io/${kind === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer'}`]: name };
}
