/**
 * Headers in which the gateway tells a service who is calling. Only the gateway may set them: whatever a client
 * sends under these names is dropped at the edge.
 */
export const identityHeaders = ['x-user-id', 'x-user-roles', 'x-user-scopes', 'x-user-tier'] as const;
