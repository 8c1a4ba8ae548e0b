/** ClusterRoles that come with the installation, for the ServiceAccounts of collectors; the operator may only bind them. */
export interface FixedRole {
  name: string;
  rules: readonly PolicyRule[];
}

export interface PolicyRule {
  apiGroups?: readonly string[];
  resources?: readonly string[];
  nonResourceURLs?: readonly string[];
  verbs: readonly string[];
  resourceNames?: readonly string[];
}

export const READ = ['get', 'list', 'watch'] as const;
