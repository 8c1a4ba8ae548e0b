import { z } from 'zod';
import { componentOverrides, dnsLabel, flag, freeText, version, volume } from '../common.ts';
import { multiline, podSelection } from '../podselection.ts';

const podLogs = z
  .strictObject({
    from: z.enum(['files', 'api', 'none']).optional().meta({
      description: 'files: a DaemonSet reads the log files of its node (needs hostPath and root, so not allowed under the restricted Pod Security level). ' +
        'api: through the Kubernetes API, without privileges, at more load on it. Default: files.',
    }),
    ...podSelection,
    multiline: multiline.optional(),
  })
  .meta({ description: 'Logs of pods.' });

export const alloy = z
  .strictObject({
    version: version('Alloy').optional(),
    podLogs: podLogs.optional(),
    events: flag('Kubernetes events as log lines. Default: true.').optional(),
    clusterName: dnsLabel('Value of the label `cluster` on every line. Default: no such label.').optional(),
    replicas: z.int().min(1).max(16).optional()
      .meta({ description: 'Pods that share what is read through the API (pod logs with `from: api`, events). Default: 1.' }),
    ...componentOverrides,
    storage: volume.optional(),
    extraConfig: freeText(65_536).optional()
      .meta({ description: "More of Alloy's own configuration, in a file of its own beside ours. It may refer to `loki.write.default.receiver`." }),
  })
  .meta({ description: 'Collection by Grafana Alloy.' });
