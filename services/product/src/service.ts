import { defineService, flag } from '@ecommercestack/service-kit';
import { createCatalogue, openProducts } from './catalogue.ts';
import { seedDemo } from './demo.ts';
import { productRoutes } from './http.ts';
import { productRefusals } from './refusals.ts';

/** Catalogue, categories and search. */
export const service = defineService({
  name: 'product',
  variables: { SEED_DEMO: flag(false, 'Fills an empty catalogue with 24 demo products.') },
  // Reads and writes need the catalogue alone; search and events catch up when they are back.
  survives: ['search', 'kafka'],
  refusals: productRefusals,
  open: async ({ config, stores, ids, log }) => {
    const products = await openProducts(stores.documents());
    if (config.SEED_DEMO) log.info({ added: await seedDemo(products) }, 'demo catalogue');
    return createCatalogue(products, ids);
  },
  routes: productRoutes,
});
