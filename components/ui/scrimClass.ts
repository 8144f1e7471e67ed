/** What lies over the page while something modal is open. */
export const scrimClass =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-(--motion-menu) data-ending-style:opacity-0 data-starting-style:opacity-0'
