import type { V1Container } from '@kubernetes/client-node';
import type { MEMORY_MAPS } from '../../api/elasticsearch.ts';
import { CONFIG_DIR, MAP_COUNT, SECURITY } from './defaults.ts';

/** Steps before Elasticsearch starts. Shell, but of fixed text: nothing that anybody wrote gets into it, and no `$(` for Kubernetes to expand. */

/** Where the steps find what they put together. */
export const INIT_DIRS = { config: '/lgtm/config', settings: '/lgtm/settings', bootstrap: '/lgtm/bootstrap' } as const;

/** Files that Elasticsearch looks for in its folder of configuration, and reads anew when they change. */
const WATCHED = ['users', 'users_roles', 'roles.yml', 'service_tokens'];

const MAX_MAP_COUNT = '/proc/sys/vm/max_map_count';

/**
 * The folder of configuration must be writable (the keystore lies in it), hold what the image brings (jvm.options, log4j2.properties), and
 * have its files at fixed names. Links lead to a folder that is mounted below it, and follow when Kubernetes swaps what that holds.
 * May run again over its own result: a link of before would be written through.
 */
const PREPARE = `set -eu
cd ${INIT_DIRS.config}
rm -f ${WATCHED.join(' ')}
cp -R ${CONFIG_DIR}/. .
cat ${INIT_DIRS.settings}/elasticsearch.yml ${INIT_DIRS.bootstrap}/bootstrap.yml > elasticsearch.yml
for file in ${WATCHED.join(' ')}; do ln -sf ${SECURITY}/$file $file; done
`;

/** Elasticsearch refuses to start where it may map files but the node does not let it map enough. */
const MAP_IF_POSSIBLE = `read -r limit < ${MAX_MAP_COUNT}
if [ "$limit" -lt ${MAP_COUNT.least} ]; then
  echo 'vm.max_map_count of this node is below ${MAP_COUNT.least}: index files are read without memory mapping'
  echo 'node.store.allow_mmap: false' >> elasticsearch.yml
fi
`;

const RAISE = `set -eu
read -r limit < ${MAX_MAP_COUNT}
if [ "$limit" -lt ${MAP_COUNT.advised} ]; then echo ${MAP_COUNT.advised} > ${MAX_MAP_COUNT}; fi
`;

type MemoryMap = (typeof MEMORY_MAPS)[number];

export const prepareScript = (memoryMap: MemoryMap): string => (memoryMap === 'auto' ? PREPARE + MAP_IF_POSSIBLE : PREPARE);

const RESOURCES = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '64Mi' } };

const prepare = (image: string, memoryMap: MemoryMap): V1Container => ({
  name: 'config',
  image,
  command: ['bash', '-c', prepareScript(memoryMap)],
  resources: RESOURCES,
  volumeMounts: [
    { name: 'config', mountPath: INIT_DIRS.config },
    { name: 'settings', mountPath: INIT_DIRS.settings, readOnly: true },
    { name: 'bootstrap', mountPath: INIT_DIRS.bootstrap, readOnly: true },
  ],
});

/** Raises the limit of the node, and never lowers it. */
const raise = (image: string): V1Container => ({
  name: 'sysctl',
  image,
  command: ['bash', '-c', RAISE],
  resources: RESOURCES,
  securityContext: { privileged: true, allowPrivilegeEscalation: true, runAsUser: 0, runAsNonRoot: false, capabilities: {} },
});

export const initContainers = (image: string, memoryMap: MemoryMap): V1Container[] => [
  ...(memoryMap === 'sysctl' ? [raise(image)] : []),
  prepare(image, memoryMap),
];
