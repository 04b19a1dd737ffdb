import { defineService } from '@ecommercestack/service-kit';
import { readAssets } from './assets.ts';
import { createListener } from './listener.ts';

/** The web shop; static assets with hashed names. */
export const service = defineService({
  name: 'storefront',
  open: () => readAssets(new URL('../web/', import.meta.url)),
  listener: createListener,
});
