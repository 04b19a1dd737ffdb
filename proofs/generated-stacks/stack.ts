import type { KubeObject } from '../kube/object.ts';
import { type Random, randomFrom } from '../random.ts';
import { draw, type Style } from './draw.ts';
import type { Members } from './json.ts';
import { repair } from './repair.ts';
import type { SchemaNode } from './schema.ts';

/** A stack as it is sent to an API server. */
export type Stack = KubeObject & { readonly spec: Members };

/** How full stacks are: most are small, some use every member, a few are as large as the schema lets them be. */
export const strata = {
  sparse: { fill: 0.25, extreme: 0.01 },
  usual: { fill: 0.5, extreme: 0.01 },
  dense: { fill: 0.85, extreme: 0.01 },
  extreme: { fill: 0.5, extreme: 0.08 },
  huge: { fill: 0.7, extreme: 0.25 },
} as const satisfies Record<string, Style>;

export type Stratum = keyof typeof strata;

/** A stack as the schema draws it; rules over several fields may be broken. */
export function drawDocument(schema: SchemaNode, random: Random, style: Style): Members {
  const [first, ...force] = style.force ?? [];
  const spec = draw(schema.properties?.['spec'] ?? {}, random, {
    ...style,
    force: first === 'spec' ? force : undefined,
  });
  return {
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'EcommerceStack',
    metadata: {
      name: random.pick(['shop', 'a', 'user-service', 'api', 'x'.repeat(40)]),
      namespace: 'generated',
    },
    spec,
  };
}

/** A valid stack: drawn from the schema, then made to obey the rules. The same seed draws the same stack. */
export function drawStack(schema: SchemaNode, seed: number, style: Style): Stack {
  const random = randomFrom(seed);
  for (let attempt = 0; attempt < 20; attempt++) {
    const document = drawDocument(schema, random, style);
    if (repair(schema, document, random)) return asStack(document);
  }
  throw new Error(`seed ${seed}: twenty stacks could not be made to obey the rules`);
}

/** The document as the type that clients take. */
export function asStack(document: Members): Stack {
  return document as Stack; // drawDocument wrote what every object has; the spec may be wrong on purpose
}
