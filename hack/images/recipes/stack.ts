import type { DockerfileRecipe } from '../recipe.ts';
import { imageNames } from '../table.ts';

/** All services in one image, under every name that a stack gives it. */
export const services: DockerfileRecipe = {
  kind: 'dockerfile',
  reference: 'ecommercestack/services',
  dockerfile: 'services/Dockerfile',
  workspaces: ['services/'],
  entries: 'services',
};

/** The operator with what it needs to run and nothing of the services. */
export const operator: DockerfileRecipe = {
  kind: 'dockerfile',
  reference: imageNames.operator,
  dockerfile: 'operator/Dockerfile',
  workspaces: ['operator'],
  entries: 'operator',
};
