import { z } from 'zod';
import { type AccessRule, decideAccess, segmentsOf } from '../domain/access.ts';
import type { Caller } from '../domain/caller.ts';

const word = z.string().min(1).max(128);
const kind = z.enum(['anonymous', 'subject', 'key']);

const attribute = z
  .string()
  .regex(
    /^(?:caller\.(?:id|tier|kind)|request\.(?:method|address|country)|path\.[a-zA-Z][a-zA-Z0-9]*)$/,
    'must be caller.id, caller.tier, caller.kind, request.method, request.address, request.country or path.<name>',
  );

const condition = z
  .object({
    attribute,
    is: z.enum(['Equal', 'NotEqual', 'OneOf']).default('Equal'),
    to: attribute.optional(),
    values: z.array(z.string()).min(1).optional(),
  })
  .refine(({ to, values }) => (to === undefined) !== (values === undefined), 'needs either to or values');

const pattern = z
  .string()
  .max(256)
  .regex(
    /^(?:\/(?:[A-Za-z0-9._~-]+|\{[a-zA-Z][a-zA-Z0-9]*\}))*(?:\/\*\*|\/)?$/,
    'must be a path like /orders/{id} or /orders/**',
  )
  .transform(segmentsOf);

const rule = z
  .object({
    name: word,
    effect: z.enum(['Allow', 'Deny']).default('Allow'),
    methods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
      .min(1)
      .optional(),
    paths: z.array(pattern).min(1),
    callers: z.array(kind).min(1).optional(),
    roles: z.array(word).min(1).optional(),
    scopes: z.array(word).min(1).optional(),
    when: z.array(condition).max(16).default([]),
  })
  .superRefine((one, context) => {
    for (const { attribute: left, to } of one.when)
      for (const used of [left, to])
        if (used?.startsWith('path.') && !one.paths.every((path) => path.includes(`{${used.slice(5)}}`)))
          context.addIssue(`${used} is not in every path of rule ${one.name}`);
  });

/** A question with the answer that the rules have to give: the policy carries its own unit tests. */
const example = z.object({
  name: word,
  caller: z
    .object({
      kind: kind.default('anonymous'),
      id: word.default('nobody'),
      roles: z.array(word).default([]),
      scopes: z.array(word).default([]),
      tier: word.optional(),
    })
    .prefault({}),
  method: z.string().default('GET'),
  path: z.string().startsWith('/'),
  country: z.string().optional(),
  expect: z.enum(['Allow', 'Deny']),
});

/** Rules of what callers may do, refused as a whole when two have one name or an example has another answer. */
export const accessSection = z
  .object({ rules: z.array(rule).min(1).max(256), examples: z.array(example).max(1024).default([]) })
  .superRefine(({ rules, examples }, context) => {
    if (new Set(rules.map(({ name }) => name)).size !== rules.length)
      context.addIssue('two rules have one name');
    for (const failed of failedExamples(rules, examples)) context.addIssue(failed);
  });

function failedExamples(
  rules: readonly AccessRule[],
  examples: readonly z.output<typeof example>[],
): string[] {
  return examples.flatMap(({ name, caller, method, path, country, expect }) => {
    const { allowed, rule: decided } = decideAccess(rules, caller satisfies Caller, {
      method,
      path,
      country,
      address: '192.0.2.1',
    });
    if (allowed === (expect === 'Allow')) return [];
    const why = decided === undefined ? 'no rule fits' : `rule ${decided} decides`;
    return [`example "${name}": wanted ${expect}, but ${why}`];
  });
}
