import { join } from 'node:path';
import { elapsedLog } from '../toolchain/index.ts';
import { imagesFolder } from './build.ts';
import { layoutContext, planContext } from './context.ts';
import { buildImages, imageNames } from './index.ts';
import { operator, services } from './recipes/stack.ts';

// node hack/images/main.ts [build] [REFERENCE…]    makes images, all of the table when none is named
// node hack/images/main.ts context services|operator    prints the folder to give to `docker build`
const [command = 'build', ...names] = process.argv.slice(2);
if (command === 'context') {
  const [name] = names;
  const recipe = name === 'operator' ? operator : services;
  const folder = join(imagesFolder(), `${recipe.entries}.context`);
  await layoutContext(folder, await planContext(recipe.workspaces, recipe.entries));
  console.log(folder);
} else if (command === 'build') {
  const needed = names.length > 0 ? names : [...Object.values(imageNames), 'ecommercestack/shop:v0'];
  for (const { name, archive } of await buildImages({ needed, log: elapsedLog() }))
    console.log(`${name} ${archive}`);
} else {
  console.error(`unknown command ${command}: build or context`);
  process.exitCode = 64;
}
