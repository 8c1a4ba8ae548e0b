import { type CertificateRecipe, generatedKeys, type GeneratedSecret, type KeyRecipe } from '../../base/generated.ts';
import { ANNOTATION } from '../../base/names.ts';
import { type Component, object, SURVIVES } from './owner.ts';

/** A Secret that the engine fills once. It survives its resource, so that the data stays readable. */
export function generatedSecret(
  component: Component,
  name: string,
  keys: Readonly<Record<string, KeyRecipe>>,
  certificate?: CertificateRecipe,
): GeneratedSecret {
  const made = { keys, ...(certificate ? { certificate } : {}) };
  const base = object(component, 'v1', 'Secret', { annotations: { ...SURVIVES, [ANNOTATION.generated]: generatedKeys(made).join(',') } });
  return { manifest: { ...base, metadata: { ...base.metadata, name }, type: 'Opaque' }, ...made };
}
