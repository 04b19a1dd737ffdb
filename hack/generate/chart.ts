import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policiesTemplate, rolesTemplate } from './access.ts';
import { crdTemplate } from './chart-crds.ts';
import { withValuesTable } from './chart-readme.ts';
import { rulesTemplate } from './rbac.ts';

const chart = 'charts/ecommercestack-operator';

/** The chart's generated files, path to text: RBAC rules, roles, policies, CRD templates and the README's table of values. */
export function chartFiles(root: string): Record<string, string> {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const crds = readdirSync(join(root, 'crds')).filter((file) => file.endsWith('.yaml'));
  return {
    [`${chart}/templates/_rules.tpl`]: rulesTemplate(),
    [`${chart}/templates/roles.yaml`]: rolesTemplate(),
    [`${chart}/templates/policies.yaml`]: policiesTemplate(),
    ...Object.fromEntries(
      crds.map((file) => [`${chart}/templates/crds/${file}`, crdTemplate(read(`crds/${file}`))]),
    ),
    [`${chart}/README.md`]: withValuesTable(
      read(`${chart}/README.md`),
      JSON.parse(read(`${chart}/values.schema.json`)),
    ),
  };
}
