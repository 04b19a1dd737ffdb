/** Rules over the edge, addresses and networks. */
import type { EcommerceStackSpec } from '../ecommercestack.ts';
import { isAddress, isCidr, isNetwork } from './network.ts';
import { type Rule, ruleFor } from './rule.ts';

type Exposure = NonNullable<EcommerceStackSpec['exposure']>;

const at = ['spec.exposure'];

export const exposureRules: readonly Rule[] = [
  ruleFor<Exposure>({
    code: 'ECS0401',
    at,
    field: '.ingress',
    reason: 'FieldValueForbidden',
    cel: "!has(self.ingress) || (has(self.type) && self.type == 'Ingress')",
    message: 'ingress is for type Ingress only: set type to Ingress, or remove ingress',
    holds: ({ type, ingress }) => ingress === undefined || type === 'Ingress',
  }),
  ruleFor<Exposure>({
    code: 'ECS0402',
    at,
    field: '.gatewayAPI',
    reason: 'FieldValueForbidden',
    cel: "!has(self.gatewayAPI) || (has(self.type) && self.type == 'GatewayAPI')",
    message: 'gatewayAPI is for type GatewayAPI only: set type to GatewayAPI, or remove gatewayAPI',
    holds: ({ type, gatewayAPI }) => gatewayAPI === undefined || type === 'GatewayAPI',
  }),
  ruleFor<Exposure>({
    code: 'ECS0403',
    at,
    field: '.gatewayAPI',
    reason: 'FieldValueRequired',
    cel: "!has(self.type) || self.type != 'GatewayAPI' || has(self.gatewayAPI)",
    message: 'type GatewayAPI needs gatewayAPI.parentRefs, the Gateways to attach to',
    holds: ({ type, gatewayAPI }) => type !== 'GatewayAPI' || gatewayAPI !== undefined,
  }),
  ruleFor<Exposure>({
    code: 'ECS0404',
    at,
    field: '.istioGateway',
    reason: 'FieldValueForbidden',
    cel: "!has(self.istioGateway) || !has(self.type) || self.type == 'IstioGateway'",
    message: 'istioGateway is for type IstioGateway only: set type to IstioGateway, or remove istioGateway',
    holds: ({ type, istioGateway }) =>
      istioGateway === undefined || type === undefined || type === 'IstioGateway',
  }),
  ruleFor<Exposure>({
    code: 'ECS0405',
    at,
    field: '.hosts',
    reason: 'FieldValueRequired',
    cel: '!has(self.tls) || (has(self.hosts) && self.hosts.size() > 0)',
    message: 'tls needs hosts, the names that the certificate is for: add at least one host',
    holds: ({ tls, hosts }) => tls === undefined || (hosts ?? []).length > 0,
  }),
  ruleFor<Exposure>({
    code: 'ECS0406',
    at,
    field: '.type',
    cel: "!has(self.type) || self.type != 'None' || !(has(self.hosts) || has(self.tls) || has(self.routes))",
    message: 'type None exposes nothing: remove hosts, tls and routes, or choose another type',
    holds: ({ type, hosts, tls, routes }) =>
      type !== 'None' || (hosts === undefined && tls === undefined && routes === undefined),
  }),
  ruleFor<Exposure>({
    code: 'ECS0409',
    at,
    field: '.tls',
    reason: 'FieldValueForbidden',
    cel: "!has(self.tls) || !has(self.type) || self.type != 'GatewayAPI'",
    message:
      'with type GatewayAPI the certificate belongs to the listener of the Gateway: set it there and remove tls',
    holds: ({ type, tls }) => tls === undefined || type !== 'GatewayAPI',
  }),
  ruleFor<Exposure>({
    code: 'ECS0410',
    at,
    field: '.tls.issuerRef',
    reason: 'FieldValueForbidden',
    cel: "!has(self.tls) || !has(self.tls.issuerRef) || (has(self.type) && self.type == 'Ingress')",
    message:
      'issuerRef becomes an annotation of the Ingress: set type to Ingress, or make a Certificate in the namespace of the ingress gateway and remove issuerRef',
    holds: ({ type, tls }) => tls?.issuerRef === undefined || type === 'Ingress',
  }),
  ruleFor<NonNullable<Exposure['ingress']>>({
    code: 'ECS0407',
    at: ['spec.exposure.ingress'],
    field: '.principal',
    reason: 'FieldValueForbidden',
    cel: "self.principal == '' || self.meshed",
    message: 'only a meshed ingress controller has an identity: set meshed to true, or remove principal',
    holds: ({ principal, meshed }) => principal === '' || meshed,
  }),
  ruleFor<NonNullable<Exposure['ingress']>>({
    code: 'ECS0411',
    at: ['spec.exposure.ingress'],
    field: '.annotations',
    reason: 'FieldValueForbidden',
    cel: "!has(self.annotations) || self.annotations.all(key, !key.endsWith('-snippet') && !(self.annotations[key].contains('/') && (key.endsWith('-secret') || key.endsWith('-set-headers'))))",
    message:
      'snippets and names in other namespaces reach beyond the stack: remove the annotation, or make an Ingress of your own and set type to None',
    holds: ({ annotations }) =>
      Object.entries(annotations ?? {}).every(
        ([key, value]) =>
          !key.endsWith('-snippet') && !(value.includes('/') && /-(secret|set-headers)$/.test(key)),
      ),
  }),
  ruleFor<NonNullable<Exposure['istioGateway']>>({
    code: 'ECS0412',
    at: ['spec.exposure.istioGateway'],
    field: '.selector',
    cel: 'self.selector.size() > 0',
    message:
      'an empty selector means every gateway of the mesh: name the labels of the one that serves the hosts',
    holds: ({ selector }) => Object.keys(selector).length > 0,
  }),
  ruleFor<string>({
    code: 'ECS0413',
    at: ['spec.exposure.routes[].path'],
    cel: "!self.contains('//') && !self.contains('/./') && !self.contains('/../') && !self.endsWith('/.') && !self.endsWith('/..') && self.matches('^([^%]|%[0-9a-fA-F]{2})*$') && !self.lowerAscii().contains('%2f')",
    message:
      'edges do not agree on what //, /./, /../, an escaped slash or half an escape means: write the path as it arrives, such as /users',
    holds: (path) => !/\/\/|\/\.{1,2}(\/|$)|%2f/i.test(path) && !/%(?![0-9a-f]{2})/i.test(path),
  }),
  ruleFor<string>({
    code: 'ECS0414',
    at: ['spec.exposure.hosts[]'],
    cel: '!isIP(self)',
    message:
      'is an address: edges serve names, so give the address a name, or remove hosts to serve every one',
    holds: (host) => !isAddress(host),
  }),
  ruleFor<string>({
    code: 'ECS0408',
    at: ['spec.apiGateway.denyCIDRs[]', 'spec.networkPolicy.allowTo[].cidr'],
    cel: 'isCIDR(self)',
    message: 'is no network in CIDR notation: write an address and a prefix length, such as 203.0.113.0/24',
    holds: isCidr,
  }),
  ruleFor<string>({
    code: 'ECS0415',
    at: ['spec.networkPolicy.allowTo[].cidr'],
    cel: '!isCIDR(self) || cidr(self) == cidr(self).masked()',
    message:
      'has bits set beyond its prefix length: write the first address of the network, such as 203.0.113.0/24',
    holds: (text) => !isCidr(text) || isNetwork(text),
  }),
];
