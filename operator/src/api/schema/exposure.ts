/** How the outside world reaches the stack. */
import { z } from 'zod';
import {
  annotationMap,
  hostName,
  labelMap,
  listAtomic,
  listMap,
  listSet,
  objectName,
  portNumber,
  principal,
  serviceLabel,
  urlPath,
} from './primitives.ts';

const ingress = z
  .object({
    className: objectName
      .describe(
        'IngressClass that serves the Ingress. Default: the default class of the cluster. Example: nginx.',
      )
      .optional(),
    annotations: annotationMap(32)
      .describe(
        'Annotations of the Ingress, for its controller. Example: {nginx.ingress.kubernetes.io/rewrite-target: /}.',
      )
      .optional(),
    meshed: z
      .boolean()
      .describe(
        'Whether the pods of the ingress controller have a sidecar, so that canary weights and mTLS hold from the edge on. Default: false; then a canary of an exposed service cannot be weighted at the edge.',
      )
      .default(false),
    principal: z
      .string()
      .max(400)
      .regex(/^([A-Za-z0-9.-]+\/ns\/[a-z0-9-]+\/sa\/[a-z0-9.-]+)?$/)
      .describe(
        'Identity of a meshed ingress controller, which is then allowed to call the exposed services. Default: empty, nobody. Example: cluster.local/ns/ingress-nginx/sa/ingress-nginx.',
      )
      .default(''),
  })
  .describe('Settings of the Ingress. Set it with type Ingress only.');

const parentRef = z
  .object({
    name: objectName.describe('Name of the Gateway, in the namespace of the stack. Example: shop-gateway.'),
    sectionName: objectName
      .describe('Listener of the Gateway. Default: every listener that fits. Example: https.')
      .optional(),
    port: portNumber.describe('Port of the Gateway. Default: every port that fits.').optional(),
  })
  .describe('One Gateway that the HTTPRoute attaches to.');

const gatewayAPI = z
  .object({
    parentRefs: listAtomic(parentRef, 8)
      .min(1)
      .describe('Gateways that the HTTPRoute attaches to, at least one. Example: [{name: shop-gateway}].'),
    principal: principal
      .describe(
        'Identity of the Gateway pods, which are then allowed to call the exposed services. Default: empty, nobody outside the mesh rules. Example: cluster.local/ns/shop/sa/shop-gateway-istio.',
      )
      .optional(),
  })
  .describe('Settings of the HTTPRoute. Set it with type GatewayAPI only.');

const istioGateway = z
  .object({
    selector: labelMap(8)
      .describe('Labels of the ingress gateway pods that serve the hosts. Default: {istio: ingressgateway}.')
      .default({ istio: 'ingressgateway' }),
    principal: principal
      .describe(
        'Identity of the ingress gateway pods, which are allowed to call the exposed services; its namespace is where routes are exported to.',
      )
      .meta({
        'x-computed-default': '<trustDomain>/ns/istio-system/sa/istio-ingressgateway-service-account',
      })
      .optional(),
  })
  .describe('Settings of the Istio Gateway. Set it with type IstioGateway only.');

const tls = z
  .object({
    secretName: objectName.describe(
      'Secret of type kubernetes.io/tls with the certificate. With type IstioGateway it lies in the namespace of the ingress gateway. Example: api-tls.',
    ),
    issuerRef: z
      .object({
        kind: z
          .enum(['Issuer', 'ClusterIssuer'])
          .describe('Kind of the cert-manager issuer. Default: Issuer.')
          .default('Issuer'),
        name: objectName.describe('Name of the issuer. Example: letsencrypt-prod.'),
      })
      .describe(
        'cert-manager issuer that fills the Secret, as an annotation of the Ingress; set it with type Ingress only. Default: none, the Secret is yours.',
      )
      .optional(),
  })
  .describe(
    'HTTPS at the edge for all hosts, with type Ingress or IstioGateway; a Gateway of the Gateway API has its own certificate. Default: plain HTTP.',
  );

const route = z
  .object({
    path: urlPath.describe('Path prefix, matched by whole elements. Example: /users.'),
    service: serviceLabel.describe('Name of the service that gets the requests. Example: user.'),
  })
  .describe('One path prefix and the service behind it.');

export const exposure = z
  .object({
    type: z
      .enum(['Ingress', 'GatewayAPI', 'IstioGateway', 'None'])
      .describe(
        'What makes the stack reachable: a networking.k8s.io Ingress, a Gateway API HTTPRoute, an Istio Gateway, or nothing.',
      )
      .meta({ 'x-computed-default': 'IstioGateway with mesh.type Istio, otherwise None' })
      .optional(),
    hosts: listSet(hostName, 16)
      .describe(
        'Host names that are served, at most 16; the leftmost label may be *. Default: every host. Example: [api.mycompany.com].',
      )
      .optional(),
    ingress: ingress.optional(),
    gatewayAPI: gatewayAPI.optional(),
    istioGateway: istioGateway.optional(),
    tls: tls.optional(),
    routes: listMap(route, 'path', 32)
      .describe(
        'Path prefixes and the services behind them, the longest prefix first. Default: the api-gateway takes /. Example: [{path: /users, service: user}].',
      )
      .optional(),
  })
  .describe('How the outside world reaches the stack.');
