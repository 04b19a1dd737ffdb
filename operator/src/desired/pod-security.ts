/** Pod-level half of Pod Security *restricted*; without a user the image has to name a numeric one itself. */
export function podSecurity(user?: number): Record<string, unknown> {
  return {
    runAsNonRoot: true,
    ...(user !== undefined && { runAsUser: user, runAsGroup: user, fsGroup: user }),
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** Container-level half of Pod Security *restricted*, and a root file system that nobody can write. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const;
