import { serviceNames } from '@ecommercestack/contracts/topology';
import type { Random } from '../random.ts';
import { type Members, membersOf, put, stepsOf, valueAt } from './json.ts';
import { type Breach, breachesOf, type Site } from './rules.ts';
import type { SchemaNode } from './schema.ts';

/** What a repair works on: the node that breaks the rule, as the author wrote it, and the document round it. */
type Patient = {
  readonly self: Members;
  readonly root: Members;
  readonly spec: Members;
  readonly breach: Breach;
  readonly random: Random;
};
type Repair = (patient: Patient) => void;

const drop =
  (...names: string[]): Repair =>
  ({ self }) => {
    for (const name of names) Reflect.deleteProperty(self, name);
  };

const either =
  (...repairs: Repair[]): Repair =>
  (patient) =>
    patient.random.pick(repairs)(patient);

const set =
  (name: string, value: unknown): Repair =>
  ({ self }) => {
    self[name] = structuredClone(value);
  };

/** Keeps one of the members that exclude each other; with none there, gives the first one. */
const onlyOne =
  (names: readonly string[], value: unknown): Repair =>
  ({ self, random }) => {
    const given = names.filter((name) => self[name] !== undefined && self[name] !== null);
    const kept = given.length === 0 ? names[0] : random.pick(given);
    for (const name of names) if (name !== kept) Reflect.deleteProperty(self, name);
    if (kept !== undefined && given.length === 0) self[kept] = structuredClone(value);
  };

const swap =
  (a: string, b: string, ...path: string[]): Repair =>
  ({ self }) => {
    const [left, right] = [membersOf(self[a]), membersOf(self[b])];
    for (const name of path) [left[name], right[name]] = [right[name], left[name]];
  };

const renamed: Repair = ({ self, random }) => {
  self['name'] = `x${random.integer(0, 1_000_000)}`;
};

/** The name, or that of a service which the stack has. */
function known({ spec, random }: Patient, name: unknown): unknown {
  const custom = listOf(spec['customServices']).map((item) => String(membersOf(item)['name']));
  const all = [...serviceNames, ...custom];
  return all.some((other) => other === name) ? name : random.pick(all);
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const ownPodFields =
  'version image replicas autoscaling resources env envFrom probes disruptionBudget pod rollout';

const cidrs = (random: Random): string => {
  const part = (most: number) => random.integer(0, most);
  return random.next() < 0.7
    ? `${part(255)}.${part(255)}.${part(255)}.${part(255)}/${part(32)}`
    : `${part(65535).toString(16)}:${part(65535).toString(16)}::${part(65535).toString(16)}/${part(128)}`;
};

const container: Readonly<Record<string, Repair>> = {
  ECS0101: onlyOne(['tag', 'digest'], 'v1'),
  ECS0102: swap('requests', 'limits', 'cpu'),
  ECS0103: swap('requests', 'limits', 'memory'),
  ECS0114: swap('requests', 'limits', 'ephemeral-storage'),
  ECS0109: ({ self, random }) => {
    const compares = ['Gt', 'Lt'].includes(String(self['operator']));
    if (compares) self['values'] = [String(random.integer(0, 1000))];
    else if (listOf(self['values']).length > 0) Reflect.deleteProperty(self, 'values');
    else self['values'] = ['given'];
  },
  ECS0110: drop('value'),
  ECS0111: set('operator', 'Exists'),
  ECS0112: either(drop('tolerationSeconds'), set('effect', 'NoExecute')),
  ECS0113: ({ root, breach }) => {
    const all = listOf(valueAt(root, stepsOf(breach.node))).map(membersOf);
    const place = (one: Members) => `${String(one['topologyKey'])} ${String(one['whenUnsatisfiable'])}`;
    put(root, stepsOf(breach.node), distinct(all, place));
  },
  ECS0104: onlyOne(['value', 'valueFrom'], 'x'),
  ECS0105: renamed,
  ECS0106: onlyOne(['fieldRef', 'secretKeyRef', 'configMapKeyRef'], { fieldPath: 'status.podIP' }),
  ECS0107: onlyOne(['secretRef', 'configMapRef'], { name: 'given' }),
  ECS0108: ({ self }) => {
    for (const key of Object.keys(self)) {
      if (/^(app|version)$|^(app\.kubernetes\.io|ecommercestack\.dev)\//.test(key))
        Reflect.deleteProperty(self, key);
    }
  },
};

const service: Readonly<Record<string, Repair>> = {
  ECS0201: either(drop('version'), drop('image')),
  ECS0211: ({ self, random }) => {
    const image = membersOf(self['image']);
    const tags = ['tag', 'digest', 'version'];
    const given = tags.filter((name) => (self[name] ?? image[name] ?? undefined) !== undefined);
    const kept = given.length === 0 ? undefined : random.pick(given);
    for (const name of tags.filter((tag) => tag !== kept)) {
      for (const holder of [self, image]) Reflect.deleteProperty(holder, name);
    }
    if (kept === undefined) image['tag'] = 'v1';
  },
  ECS0202: either(drop('replicas'), drop('autoscaling')),
  ECS0203: set('external', { url: 'https://elsewhere.example' }),
  ECS0204: either(drop('external'), set('placement', 'External')),
  ECS0205: either(drop('placement'), drop(...ownPodFields.split(' '))),
  ECS0206: drop('placement'),
  ECS0207: renamed,
  ECS0208: ({ self }) => {
    [self['minReplicas'], self['maxReplicas']] = [self['maxReplicas'], self['minReplicas'] ?? 1];
  },
  ECS0210: drop('scaleDownStabilization'),
  ECS0209: onlyOne(['minAvailable', 'maxUnavailable'], 1),
};

const rollout: Readonly<Record<string, Repair>> = {
  ECS0301: set('canary', { weight: 20 }),
  ECS0302: either(drop('canary'), set('strategy', 'Canary')),
  ECS0303: either(drop('rolling'), set('strategy', 'Rolling')),
  ECS0304: set('weight', 50),
  ECS0305: ({ root, breach }) => {
    const steps = listOf(valueAt(root, stepsOf(breach.node))).map(membersOf);
    const rising = [...new Map(steps.map((step) => [Number(step['weight']) + 0, step])).values()];
    rising.sort((a, b) => Number(a['weight']) - Number(b['weight']));
    put(root, stepsOf(breach.node), rising);
  },
  ECS0306: set('duration', '5m'),
  ECS0307: drop('duration'),
  ECS0308: onlyOne(['exact', 'prefix', 'regex'], 'x'),
  ECS0312: ({ root, breach }) => put(root, stepsOf(breach.node), '[a-z]+'),
  ECS0309: set('min', '0.5'),
  ECS0310: ({ self }) => {
    [self['min'], self['max']] = [self['max'], self['min']];
  },
  ECS0311: set('maxSurge', 1),
  ECS0313: drop('failBelow'),
  ECS0314: drop('failAbove'),
};

const exposure: Readonly<Record<string, Repair>> = {
  ECS0401: either(drop('ingress'), set('type', 'Ingress')),
  ECS0402: either(drop('gatewayAPI'), set('type', 'GatewayAPI')),
  ECS0403: drop('type'),
  ECS0404: either(drop('istioGateway'), set('type', 'IstioGateway')),
  ECS0405: either(drop('tls'), set('hosts', ['shop.example'])),
  ECS0406: either(drop('type'), drop('hosts', 'tls', 'routes')),
  ECS0407: either(set('meshed', true), drop('principal')),
  ECS0408: ({ root, breach, random }) => put(root, stepsOf(breach.node), cidrs(random)),
  ECS0409: drop('tls'),
  ECS0415: ({ root, breach, random }) => put(root, stepsOf(breach.node), `${random.integer(0, 255)}.0.0.0/8`),
  ECS0413: ({ root, breach, random }) => put(root, stepsOf(breach.node), `/p${random.integer(0, 1_000_000)}`),
  ECS0414: ({ root, breach, random }) =>
    put(root, stepsOf(breach.node), `h${random.integer(0, 1_000_000)}.example`),
  ECS0411: drop('annotations'),
  ECS0412: drop('selector'),
  ECS0410: ({ self }) => Reflect.deleteProperty(Object(self['tls']), 'issuerRef'),
};

const stores: Readonly<Record<string, Repair>> = {
  ECS0504: drop('size'),
  ECS0501: either(drop('mode'), set('secretRef', { name: 'addresses' })),
  ECS0502: either(drop('secretRef'), set('mode', 'External')),
  ECS0503: ({ self, breach, random }) => {
    const mode = /self\.mode == '(\w+)'/.exec(breach.site.rule.cel)?.[1];
    if (random.next() < 0.5) self['mode'] = mode;
    else Reflect.deleteProperty(self, breach.site.rule.field?.slice(1) ?? '');
  },
};

const stack: Readonly<Record<string, Repair>> = {
  ECS0601: ({ root, random }) => {
    membersOf(root['metadata'])['name'] = `stack-${random.integer(0, 1_000_000)}`;
  },
  ECS0602: ({ spec, random }) => {
    spec['customServices'] = listOf(spec['customServices']).map((item) => ({
      ...membersOf(item),
      name: `x${random.integer(0, 1_000_000)}`,
    }));
  },
  ECS0603: ({ spec }) => {
    spec['mesh'] = { ...Object(spec['mesh']), type: 'Istio' };
  },
  ECS0604: ({ spec }) => Reflect.deleteProperty(Object(spec['exposure']), 'type'),
  ECS0605: (patient) => {
    for (const route of listOf(membersOf(patient.spec['exposure'])['routes']).map(membersOf)) {
      route['service'] = known(patient, route['service']);
    }
  },
  ECS0606: (patient) => {
    for (const item of listOf(valueAt(patient.root, stepsOf(patient.breach.path))).map(membersOf)) {
      const calls = listOf(item['calls']).map((call) => {
        const { service, ...rest } = membersOf(call);
        return { ...rest, service: known(patient, service) };
      });
      if (calls.length > 0) item['calls'] = distinct(calls, (call) => call.service);
    }
  },
  ECS0607: (patient) => {
    for (const stage of stagesOf(patient.spec)) {
      const named = listOf(stage['services']).map((name) => known(patient, name));
      stage['services'] = [...new Set(named)];
    }
  },
  ECS0608: ({ spec }) => {
    const seen = new Set<unknown>();
    for (const stage of stagesOf(spec)) {
      stage['services'] = listOf(stage['services']).filter((name) => !seen.has(name));
      for (const name of listOf(stage['services'])) seen.add(name);
    }
    dropEmptyStages(spec);
  },
};

const maps: Readonly<Record<string, Repair>> = {
  ECS0701: ({ self }) => {
    for (const key of Object.keys(self)) Reflect.deleteProperty(self, key);
  },
  ECS0702: ({ self }) => {
    for (const [index, key] of Object.keys(self).entries()) {
      self[`x-${index}`] = self[key];
      Reflect.deleteProperty(self, key);
    }
  },
};

/** How a stack that breaks a rule is made to obey it, by the rule's code. */
export const repairs: Readonly<Record<string, Repair>> = {
  ...{ ...container, ...service, ...rollout },
  ...{ ...exposure, ...stores, ...stack, ...maps },
};

function distinct<T>(items: readonly T[], key: (item: T) => unknown): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

function stagesOf(spec: Members): Members[] {
  const groups = listOf(membersOf(spec['release'])['groups']).map(membersOf);
  return groups.flatMap((group) => listOf(group['stages']).map(membersOf));
}

function dropEmptyStages(spec: Members): void {
  const release = membersOf(spec['release']);
  for (const group of listOf(release['groups']).map(membersOf)) {
    group['stages'] = listOf(group['stages']).filter(
      (stage) => listOf(membersOf(stage)['services']).length > 0,
    );
  }
  release['groups'] = listOf(release['groups']).filter(
    (group) => listOf(membersOf(group)['stages']).length > 0,
  );
}

/** The rounds after which a stack that still breaks a rule is given up: repairs may break another rule. */
const rounds = 40;

/**
 * Makes the stack obey every rule, but for the `spared` site: there it stays as it was drawn. Changes the stack in place.
 * Returns whether it worked.
 */
export function repair(schema: SchemaNode, root: Members, random: Random, spared?: Site): boolean {
  for (let round = 0; round < rounds; round++) {
    const breaches = breachesOf(schema, root).filter(
      ({ site }) => site.rule !== spared?.rule || site.at !== spared.at,
    );
    if (breaches.length === 0) return true;
    const spec = membersOf(root['spec']);
    for (const breach of breaches) {
      const mend = repairs[breach.site.rule.code];
      if (mend === undefined) throw new Error(`no repair for ${breach.site.rule.code}`);
      const self = valueAt(root, stepsOf(breach.node));
      // An earlier repair of this round may have taken the node away.
      if (self !== undefined) mend({ self: Object(self), root, spec, breach, random });
    }
  }
  return false;
}
