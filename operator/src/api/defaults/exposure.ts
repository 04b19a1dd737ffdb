/** Completes the edge: which kind, which identity, which routes. */
import type { CompletedExposure, CompletedRoute, CompletedService } from '../completed.ts';
import type { EcommerceStackSpec } from '../ecommercestack.ts';
import { runsHere } from './stores.ts';

type Exposure = NonNullable<EcommerceStackSpec['exposure']>;
type RoutedService = Pick<CompletedService, 'name' | 'objectName' | 'servicePort' | 'placement'>;

/** The edge of the stack; routes to services that do not run here are left out. */
export function completeExposure(
  spec: EcommerceStackSpec,
  services: readonly RoutedService[],
): CompletedExposure {
  const given: Exposure = spec.exposure ?? {};
  const type = given.type ?? (spec.mesh.type === 'Istio' ? 'IstioGateway' : 'None');
  return {
    type,
    hosts: given.hosts ?? [],
    ingress: {
      className: given.ingress?.className,
      annotations: given.ingress?.annotations ?? {},
      meshed: given.ingress?.meshed ?? false,
    },
    gatewayAPI: { parentRefs: given.gatewayAPI?.parentRefs ?? [] },
    istioGateway: { selector: given.istioGateway?.selector ?? { istio: 'ingressgateway' } },
    edge: edgeOf(type, given, spec.mesh.trustDomain),
    tls: given.tls,
    routes: type === 'None' ? [] : completeRoutes(given, services),
  };
}

function edgeOf(type: CompletedExposure['type'], given: Exposure, trustDomain: string) {
  const principal = edgePrincipal(type, given, trustDomain);
  const namespace = principal?.split('/')[2];
  return principal === undefined || namespace === undefined ? undefined : { principal, namespace };
}

function edgePrincipal(
  type: CompletedExposure['type'],
  given: Exposure,
  trustDomain: string,
): string | undefined {
  switch (type) {
    case 'IstioGateway':
      return (
        given.istioGateway?.principal ??
        `${trustDomain}/ns/istio-system/sa/istio-ingressgateway-service-account`
      );
    case 'GatewayAPI':
      return given.gatewayAPI?.principal;
    case 'Ingress':
      return given.ingress?.meshed === true && given.ingress.principal !== ''
        ? given.ingress.principal
        : undefined;
    default:
      return undefined;
  }
}

function completeRoutes(given: Exposure, services: readonly RoutedService[]): CompletedRoute[] {
  const routes = given.routes ?? [{ path: '/', service: 'gateway' }];
  return routes
    .flatMap(({ path, service: name }) => {
      const service = services.find((candidate) => candidate.name === name);
      return service === undefined || !runsHere(service)
        ? []
        : [{ path, service: name, objectName: service.objectName, port: service.servicePort }];
    })
    .sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));
}
