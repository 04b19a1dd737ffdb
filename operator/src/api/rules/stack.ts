/** Rules over the stack as a whole: names, mesh against exposure, references between services. */
import { serviceNames } from '@ecommercestack/contracts/topology';
import type { EcommerceStack, EcommerceStackSpec } from '../ecommercestack.ts';
import { type Rule, ruleFor } from './rule.ts';

const reservedSuffixes = ['postgres', 'mongodb', 'redis', 'search', 'kafka', 'edge', 'deny-all'] as const;
const builtIn = `[${serviceNames.map((name) => `'${name}'`).join(', ')}]`;
const custom = 'has(self.customServices) && self.customServices.exists(custom, custom.name == ';

/** CEL for: `name` is a service of the stack. */
const isServiceCel = (name: string): string => `(${name} in ${builtIn} || (${custom}${name})))`;

function isService(spec: EcommerceStackSpec, name: string): boolean {
  return (
    serviceNames.some((known) => known === name) ||
    (spec.customServices ?? []).some((service) => service.name === name)
  );
}

const usesCanaryCel = (list: string): string =>
  `(has(self.${list}) && self.${list}.exists(item, has(item.rollout) && item.rollout.strategy == 'Canary'))`;

function usesCanary(spec: EcommerceStackSpec): boolean {
  return [...(spec.services ?? []), ...(spec.customServices ?? []), spec.monolith].some(
    (workload) => workload?.rollout?.strategy === 'Canary',
  );
}

const nameRules: readonly Rule[] = [
  ruleFor<EcommerceStack>({
    code: 'ECS0601',
    at: [''],
    field: '.metadata.name',
    cel: "self.metadata.name.size() <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message:
      'names of other objects begin with the name of the stack: use at most 40 lower-case letters, digits and dashes, with a letter first',
    holds: ({ metadata }) => metadata.name.length <= 40 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(metadata.name),
  }),
  ruleFor<EcommerceStack>({
    code: 'ECS0602',
    at: [''],
    field: '.spec.customServices',
    cel: `!has(self.spec.customServices) || self.spec.customServices.all(custom, !(custom.name in [${reservedSuffixes.map((suffix) => `self.metadata.name + '-${suffix}'`).join(', ')}]))`,
    message: `<stack>-${reservedSuffixes.join(', <stack>-')} are the names of the stores, the edge and the default policies: choose another name for the service`,
    holds: ({ metadata, spec }) =>
      !(spec.customServices ?? []).some((service) =>
        reservedSuffixes.some((suffix) => service.name === `${metadata.name}-${suffix}`),
      ),
  }),
];

const meshRules: readonly Rule[] = [
  ruleFor<EcommerceStackSpec>({
    code: 'ECS0603',
    at: ['spec'],
    field: '.mesh.type',
    cel: `self.mesh.type == 'Istio' || (has(self.exposure) && has(self.exposure.type) && self.exposure.type == 'GatewayAPI') || !(${usesCanaryCel('services')} || ${usesCanaryCel('customServices')} || (has(self.monolith) && has(self.monolith.rollout) && self.monolith.rollout.strategy == 'Canary'))`,
    message:
      'without a mesh nothing can split traffic for a canary: set mesh.type to Istio, or exposure.type to GatewayAPI, or use strategy Rolling',
    holds: (spec) => spec.mesh.type === 'Istio' || spec.exposure?.type === 'GatewayAPI' || !usesCanary(spec),
  }),
  ruleFor<EcommerceStackSpec>({
    code: 'ECS0604',
    at: ['spec'],
    field: '.exposure.type',
    cel: "self.mesh.type == 'Istio' || !has(self.exposure) || !has(self.exposure.type) || self.exposure.type != 'IstioGateway'",
    message: 'type IstioGateway needs mesh.type Istio: set it, or choose type Ingress, GatewayAPI or None',
    holds: (spec) => spec.mesh.type === 'Istio' || spec.exposure?.type !== 'IstioGateway',
  }),
];

type List = 'services' | 'customServices';

const callRule = (list: List): Rule =>
  ruleFor<EcommerceStackSpec>({
    code: 'ECS0606',
    at: ['spec'],
    field: `.${list}`,
    cel: `!has(self.${list}) || self.${list}.all(item, !has(item.calls) || item.calls.all(call, ${isServiceCel('call.service')}))`,
    message:
      'calls names a service that the stack does not have: use a built-in name or one of customServices',
    holds: (spec) =>
      (spec[list] ?? []).every((item) => (item.calls ?? []).every((call) => isService(spec, call.service))),
  });

const referenceRules: readonly Rule[] = [
  ruleFor<EcommerceStackSpec>({
    code: 'ECS0605',
    at: ['spec'],
    field: '.exposure.routes',
    cel: `!has(self.exposure) || !has(self.exposure.routes) || self.exposure.routes.all(route, ${isServiceCel('route.service')})`,
    message:
      'a route names a service that the stack does not have: use a built-in name or one of customServices',
    holds: (spec) => (spec.exposure?.routes ?? []).every((route) => isService(spec, route.service)),
  }),
  callRule('services'),
  callRule('customServices'),
  ruleFor<EcommerceStackSpec>({
    code: 'ECS0607',
    at: ['spec'],
    field: '.release.groups',
    cel: `!has(self.release) || !has(self.release.groups) || self.release.groups.all(group, group.stages.all(stage, stage.services.all(name, ${isServiceCel('name')})))`,
    message:
      'a stage names a service that the stack does not have: use a built-in name or one of customServices',
    holds: (spec) => releasedServices(spec).every((name) => isService(spec, name)),
  }),
  ruleFor<EcommerceStackSpec>({
    code: 'ECS0608',
    at: ['spec'],
    field: '.release.groups',
    cel: '!has(self.release) || !has(self.release.groups) || self.release.groups.all(group, group.stages.all(stage, stage.services.all(name, self.release.groups.filter(other, other.stages.exists(rest, name in rest.services)).size() == 1 && group.stages.filter(rest, name in rest.services).size() == 1)))',
    message: 'a service stands in two stages: keep it in one stage of one group',
    holds: (spec) => new Set(releasedServices(spec)).size === releasedServices(spec).length,
  }),
];

function releasedServices(spec: EcommerceStackSpec): string[] {
  return (spec.release?.groups ?? []).flatMap((group) => group.stages.flatMap((stage) => stage.services));
}

export const stackRules: readonly Rule[] = [...nameRules, ...meshRules, ...referenceRules];
