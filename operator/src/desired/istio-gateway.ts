import type { KubernetesObject } from '../api/object.ts';

/** The Istio Gateway: port 80 for the hosts, and with a certificate port 443, to which 80 then redirects. */
export function buildGateway(gateway: {
  name: string;
  labels: Record<string, string>;
  hosts: readonly string[];
  selector: Readonly<Record<string, string>>;
  /** Secret with the certificate, in the namespace of the ingress gateway. */
  tls?: string;
}): KubernetesObject {
  const { hosts, tls } = gateway;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: gateway.name, labels: gateway.labels },
    spec: {
      selector: gateway.selector,
      servers: [
        {
          port: { number: 80, name: 'http', protocol: 'HTTP' },
          hosts,
          ...(tls !== undefined && { tls: { httpsRedirect: true } }),
        },
        ...(tls === undefined
          ? []
          : [
              {
                port: { number: 443, name: 'https', protocol: 'HTTPS' },
                hosts,
                tls: { mode: 'SIMPLE', credentialName: tls, minProtocolVersion: 'TLSV1_2' },
              },
            ]),
      ],
    },
  };
}
