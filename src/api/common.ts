import { z } from 'zod';
import { patterned } from './pattern.ts';
import { quantity } from './quantity.ts';

/** Pieces that several kinds share. Every string, list and map is bounded: CEL's cost budget depends on it. */

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const HOST_PORT = /^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?$/;
const REGISTRY = /^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([-._]+[a-z0-9]+)*)*\/?$/;
const IMAGE =
  /^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([-._]+[a-z0-9]+)*)*(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@sha256:[a-f0-9]{64})?$/;

/** Patterns by what a reader would call them. */
export const PATTERN_NAMES: Readonly<Record<string, string>> = {
  [LABEL_KEY.source]: 'label key',
  [LABEL_VALUE.source]: 'label value',
  [DNS_LABEL.source]: 'DNS label',
  [DNS_NAME.source]: 'DNS name',
  [HOST_PORT.source]: 'host or host:port',
  [REGISTRY.source]: 'registry without a scheme',
  [IMAGE.source]: 'image reference',
};

export const dnsLabel = (description: string) =>
  patterned(z.string().min(1).max(63), DNS_LABEL, 'expected a DNS label: lower-case letters, digits and dashes').meta({ description });

/** Name of a namespaced object: a Secret, a StorageClass, an IngressClass. */
export const objectName = (description: string) =>
  patterned(z.string().min(1).max(253), DNS_NAME, 'expected a DNS name: lower-case letters, digits, dashes and dots').meta({ description });

export const hostName = (description: string) =>
  patterned(z.string().min(1).max(253), DNS_NAME, 'expected a host name').meta({ description });

export const hostPort = (description: string) =>
  patterned(z.string().min(1).max(260), HOST_PORT, 'expected host or host:port, without a scheme').meta({ description });

/** Any text of at most `max` characters, counted as the API server counts: an emoji is one, not two as in JavaScript. */
export const freeText = (max: number, min = 0) =>
  (min === 0 ? z.string() : z.string().min(min))
    .refine((value) => value.length <= max || [...value].length <= max, `expected at most ${max} characters`)
    .meta({ maxLength: max });

export const text = (description: string, max = 253) => freeText(max, 1).meta({ description });

export const flag = (description: string) => z.boolean().meta({ description });

/** A map of at most `limit` entries; zod's own record has no such bound. */
const boundedMap = (value: z.ZodString, limit: number, description: string) =>
  z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length <= limit, `at most ${limit} entries`)
    .meta({ description, maxProperties: limit });

export const labelMap = (description: string) =>
  boundedMap(patterned(z.string().max(63), LABEL_VALUE, 'expected a label value'), 32, description);

export const annotationMap = (description: string) => boundedMap(freeText(4096), 32, description);

/** Fields that Kubernetes itself will check; kept as they are. */
export const rawObject = (description: string) => z.looseObject({}).meta({ description });

export const managementState = z
  .enum(['Managed', 'Unmanaged'])
  .meta({ description: 'Unmanaged: the operator leaves everything as it is and only says so in the status. Default: Managed.' });

export const SIZES = ['demo', 'small', 'medium', 'large'] as const;
export type Size = (typeof SIZES)[number];

export const size = z.enum(SIZES).meta({
  description: 'Profile that sets the defaults of replicas, resources and volumes; each of them can be overridden. Default: small.',
});

export const version = (product: string) =>
  patterned(z.string().max(20), /^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'expected a version such as 3.7.8')
    .meta({ description: `Version of ${product}. Absent: chosen at creation, recorded in the status, and never moved by an upgrade of the operator.` });

export const images = z
  .strictObject({
    registry: patterned(z.string().min(1).max(253), REGISTRY, 'expected a registry such as registry.example.com:5000/mirror, without a scheme').optional()
      .meta({ description: 'Registry and path put in place of the default registry of every image: `registry.example.com/mirror`.' }),
    pullSecrets: z.array(objectName('Secret of type kubernetes.io/dockerconfigjson.')).max(8).optional()
      .meta({ description: 'Secrets for pulling, in the namespace of the resource.' }),
  })
  .meta({ description: 'Where all images of this resource come from.' });

const resourceList = (description: string) =>
  z
    .strictObject({
      cpu: quantity('Processors: `500m`, `2`.').optional(),
      memory: quantity('Memory: `512Mi`, `4Gi`.').optional(),
      'ephemeral-storage': quantity('Local disk: `1Gi`.').optional(),
    })
    .meta({ description });

export const resources = z
  .strictObject({
    requests: resourceList('Asked for at scheduling.').optional(),
    limits: resourceList('Never exceeded. By default memory only: a processor limit throttles.').optional(),
  })
  .meta({ description: 'Resources of the main container. Given: replaces what the profile sets, key by key.' });

export const toleration = z
  .strictObject({
    key: patterned(z.string().max(317), LABEL_KEY, 'expected a taint key').optional().meta({ description: 'Taint key; absent matches all.' }),
    operator: z.enum(['Exists', 'Equal']).optional().meta({ description: 'Default: Equal.' }),
    value: patterned(z.string().max(63), LABEL_VALUE, 'expected a taint value').optional().meta({ description: 'Taint value, for Equal.' }),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().meta({ description: 'Absent matches all effects.' }),
    tolerationSeconds: z.int().min(0).max(2 ** 31 - 1).optional().meta({ description: 'For NoExecute: seconds to stay.' }),
  })
  .meta({ description: 'A taint that the pods tolerate.' });

/** What can be overridden on every component. */
export const componentOverrides = {
  image: patterned(z.string().min(1).max(512), IMAGE, 'expected an image such as registry.example.com/loki:3.7.8, without a scheme').optional()
    .meta({ description: 'Whole image reference in place of the default, tag or digest included.' }),
  resources: resources.optional(),
  nodeSelector: labelMap('Labels that a node must have.').optional(),
  tolerations: z.array(toleration).max(16).optional().meta({ description: 'Taints that the pods tolerate.' }),
  affinity: rawObject("Kubernetes' own affinity; replaces the default anti-affinity.").optional(),
  topologySpreadConstraints: z.array(rawObject("Kubernetes' own constraint.")).max(8).optional()
    .meta({ description: 'Spread of the pods over nodes or zones.' }),
  priorityClassName: objectName('Priority class of the pods.').optional(),
  labels: labelMap('More labels on the pods.').optional(),
  annotations: annotationMap('More annotations on the pods.').optional(),
  serviceAccountAnnotations: annotationMap('Annotations on the ServiceAccount, for workload identity (IRSA, GKE, Azure).').optional(),
  podTemplate: rawObject('Strategic merge over the whole pod template: `{metadata, spec}`; applied last.').optional(),
} as const;

export const volume = z
  .strictObject({
    size: quantity('Size of each volume.').optional(),
    className: objectName("StorageClass; absent: the cluster's default.").optional(),
  })
  .meta({ description: 'Volume of each pod. It stays when the resource is deleted.' });

const selectorExpression = z
  .strictObject({
    key: patterned(z.string().min(1).max(317), LABEL_KEY, 'expected a label key').meta({ description: 'Label key.' }),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).meta({ description: 'Relation of the key to the values.' }),
    values: z.array(patterned(z.string().max(63), LABEL_VALUE, 'expected a label value')).max(32).optional().meta({ description: 'For In and NotIn.' }),
  })
  .meta({ description: 'One requirement.' });

export const labelSelector = (description: string) =>
  z
    .strictObject({
      matchLabels: labelMap('Labels that must be equal.').optional(),
      matchExpressions: z.array(selectorExpression).max(16).optional().meta({ description: 'Requirements that must all hold.' }),
    })
    .meta({ description });

export const allowedNamespaces = z
  .array(patterned(z.string().max(63), /^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/, 'expected a namespace, or *'))
  .max(64)
  .meta({ description: 'Other namespaces whose resources may refer to this one; `*` allows all. Default: none but its own.' });

const peer = z
  .strictObject({
    namespaceSelector: rawObject("Kubernetes' own label selector for namespaces.").optional(),
    podSelector: rawObject("Kubernetes' own label selector for pods.").optional(),
    ipBlock: rawObject('`{cidr, except}`.').optional(),
  })
  .meta({ description: 'A peer as in a NetworkPolicy.' });

export const peers = (description: string) => z.array(peer).max(32).meta({ description });

export const networkPolicy = z
  .strictObject({
    enabled: flag('Default: true. Ingress is then limited to what the wiring needs and to `from`.').optional(),
    from: peers('More peers that may reach the HTTP port: your own writers, a scraper, an ingress controller.').optional(),
  })
  .meta({ description: 'Ingress policies of the pods.' });
