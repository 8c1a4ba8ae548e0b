import { z } from 'zod';
import { annotationMap, hostName, objectName } from './common.ts';

/** An Ingress to a product with a user interface. */
export const ingress = (product: string) =>
  z
    .strictObject({
      host: hostName(`Host name under which ${product} is reached.`),
      className: objectName('IngressClass. Absent: the default class of the cluster.').optional(),
      tlsSecretName: objectName('Secret with the certificate. Absent: plain HTTP.').optional(),
      annotations: annotationMap('Annotations for the ingress controller.').optional(),
    })
    .meta({ description: `Ingress to ${product}. Absent: none.` });

export type IngressSpec = z.output<ReturnType<typeof ingress>>;
