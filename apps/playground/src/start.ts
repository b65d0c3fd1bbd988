/** Loads the program of the page, and puts it where the frame of index.html stands. */
export async function start(): Promise<void> {
  const root = document.getElementById('app');
  if (root === null) return;
  try {
    const { mount } = await import('./ui/mount.tsx');
    await mount(root);
  } catch (error) {
    const said = document.querySelector('.boot');
    if (said !== null)
      said.textContent = `The playground could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
