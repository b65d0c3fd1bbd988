import { render } from 'preact';
import { showAddress } from '../state/store.ts';
import { App } from './app.tsx';
import { listenToKeys } from './keys.ts';

/** Shows what the address asks for, from now on. */
export async function mount(root: HTMLElement): Promise<void> {
  await showAddress(location.hash);
  root.replaceChildren();
  render(<App />, root);
  root.removeAttribute('aria-busy');
  addEventListener('hashchange', () => void showAddress(location.hash));
  listenToKeys();
}
