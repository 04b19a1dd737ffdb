/**
 * Headers in which the gateway tells a service who is calling. Only the gateway may set them: whatever a client
 * sends under these names is dropped at the edge.
 */
export const identityHeaders = ['x-user-id', 'x-user-roles', 'x-user-scopes', 'x-user-tier'] as const;

/** The claim `iss` of tokens that the user service issues. */
export const tokenIssuer = 'urn:ecommercestack:user';

/** Where the user service publishes the keys that verify its tokens (RFC 7517). */
export const jwksPath = '/.well-known/jwks.json';
