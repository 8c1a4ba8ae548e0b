import { customResourceDefinitions } from '../api/crd/crd.ts';
import { toYaml } from '../components/kit/yaml.ts';

/** `lgtm-operator crds`: the same bytes as crds/*.yaml, in one stream. */
export function crdsCommand(): number {
  process.stdout.write(customResourceDefinitions().map((crd) => `---\n${toYaml(crd)}`).join(''));
  return 0;
}
