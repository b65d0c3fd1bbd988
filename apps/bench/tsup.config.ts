import { program } from '../../tsup.base.ts';

export default program({ entry: ['src/main.ts', 'src/print-document.ts', 'src/scale.ts', 'src/tun.ts'] });
