import { shortHash } from '../../operator/src/api/hash.ts';
import { validateStack } from '../../operator/src/api/validate.ts';
import { offlineInput } from '../../operator/src/desired/offline.ts';
import { buildStack } from '../../operator/src/desired/stack.ts';
import { at } from '../kube/object.ts';
import { type Members, stackObject } from '../small-stack.ts';
import { chosen } from './fleet.ts';

/** Stacks that between them use every way in which blueprint v1 writes pods. */
const stacks: Readonly<Record<string, Members>> = {
  ...chosen,
  everything: {},
  everythingInProduction: { profile: 'Production' },
  withoutMesh: { mesh: { type: 'None' } },
  monolith: { topology: 'Monolith' },
};

/** A hash of each workload's pod template under blueprint v1, by stack and workload. */
export function renderedByV1(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stacks).flatMap(([name, spec]) => {
      const checked = validateStack(
        stackObject('shop', 'shop', { version: 'v1.2.3', blueprint: 'v1', ...spec }),
      );
      if (!checked.ok) throw new Error(`${name}: ${checked.problems[0]?.message}`);
      return buildStack(offlineInput(checked.stack, [])).flatMap((object) => {
        const template = at(object, 'spec', 'template');
        return template === undefined ? [] : [[`${name}/${object.metadata.name}`, shortHash(template)]];
      });
    }),
  );
}
